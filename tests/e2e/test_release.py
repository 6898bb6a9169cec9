"""A release of the real program: its output names what is there, and the alias is served."""

import pytest
from system import Api

from local.cloud import Cloud
from release.command import run


def released(cloud: Cloud, action: str | None = None) -> int:
    return run(
        cloud.outputs, cloud.client,
        action=action, percent=10, minutes=0.001, despite_alarms=False, dry_run=False,
    )  # fmt: skip


def test_a_new_version_is_released_and_taken_back(
    cloud: Cloud, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    client, name = cloud.client("lambda"), cloud.functions["get-user"].name
    origin = "https://released.example.com"
    user = api.new_user()

    def is_new() -> bool:
        """Whether the version that answers lets pages of the new origin in."""
        answer = api("GET", f"/users/{user['id']}", headers={"Origin": origin})
        assert answer.status == 200
        return answer.headers.get("access-control-allow-origin") == origin

    assert not is_new()
    given = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    client.update_function_configuration(
        FunctionName=name, Environment={"Variables": {**given, "CORS_ORIGINS": origin}}
    )
    new = client.publish_version(FunctionName=name)["Version"]
    assert not is_new()
    assert released(cloud) == 0
    assert is_new()
    assert f"get-user: all calls to version {new}\n" in capsys.readouterr().out
    assert released(cloud, "rollback") == 0
    assert not is_new()
