"""A release of the real program: its output names existing resources, and the alias serves."""

import pytest

from local.cloud import Cloud
from ops.release.command import release, rollback
from tests.support.e2e.system import Api


def released(cloud: Cloud) -> int:
    return release(
        cloud.outputs, cloud.client,
        percent=10, minutes=0.001, despite_alarms=False, dry_run=False,
    )  # fmt: skip


def test_a_new_version_is_released_and_taken_back(
    cloud: Cloud, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    client, name = cloud.client("lambda"), cloud.functions["create-user"].name
    origin = cloud.endpoint  # the only one that the local cloud lets through by itself

    def serves(version: str) -> bool:
        """Return whether this version answers: the new one allows the new origin.

        The emulator (1.5.33) reuses a container of the same image, although the version's
        environment differs.
        """
        alias = client.get_alias(FunctionName=name, Name="live")
        if cloud.emulator.containers:
            return bool(alias["FunctionVersion"] == version)
        answer = api("POST", "/users", {}, {"Origin": origin})
        assert answer.status == 400
        is_new = answer.headers.get("access-control-allow-origin") == origin
        return is_new == (version != old) and alias["FunctionVersion"] == version

    old = client.get_alias(FunctionName=name, Name="live")["FunctionVersion"]
    assert serves(old)
    given = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    client.update_function_configuration(
        FunctionName=name, Environment={"Variables": {**given, "CORS_ORIGINS": origin}}
    )
    new = client.publish_version(FunctionName=name)["Version"]
    assert serves(old)
    assert released(cloud) == 0
    assert serves(new)
    assert f"create-user: all calls to version {new}\n" in capsys.readouterr().out
    assert rollback(cloud.outputs, cloud.client, dry_run=False, release=None) == 0
    assert serves(old)
