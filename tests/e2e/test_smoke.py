"""``app smoke`` against the running system, working and broken."""

import json
import os
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cli import Here, main
from local import cloud as local_cloud
from local import credentials, emulator_command
from local.aws import ACCOUNT_ID
from local.cloud import Cloud
from local.credentials import Credentials
from ops.smoke import api as smoke_api
from ops.smoke import upload
from tests.support.e2e.system import Api, broken, keys
from tests.support.functions import FEATURES, FOLDERS

pytestmark = pytest.mark.long  # of each step, that the command tells when it fails

Smoke = Callable[..., tuple[int, str, str]]

STEPS = [
    "the API answers",
    "a request without an address is refused",
    "a user is created",
    "the same request again gets the same answer",
    "the address is taken",
    *(["the user is found"] if "get_user" in FOLDERS else []),
    "a file is uploaded and processed",
    *(["erasures can be asked for"] if "erasure" in FEATURES else []),
    *(["the figures of the day count users"] if "activity" in FEATURES else []),
    *(["live push answers"] if "live_push" in FEATURES else []),
    "the welcome e-mail is sent",
    "what the test created is deleted",
    *(["the user is gone"] if "get_user" in FOLDERS else []),
]


@pytest.fixture
def smoke(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Smoke:
    """Run the command as a user does; return its exit code and output."""
    key = caller(cloud)
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    monkeypatch.setenv("AWS_REGION", cloud.aws.region)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["smoke", *arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def caller(cloud: Cloud, *, without: str | None = None) -> dict[str, str]:
    """Return credentials with exactly the permissions in ``--help``, less those in ``without``."""
    api_id = cloud.outputs["api_gateway_url"].split("/")[-2]
    arn = f"arn:aws:{{}}:{cloud.aws.region}:{ACCOUNT_ID}:{{}}"
    tables = [cloud.outputs[f"{table}_table_name"] for table in ("dynamodb", "ledger")]
    bucket, uploads = cloud.outputs["s3_bucket_name"], cloud.outputs["uploads_table_name"]
    allowed = {
        "apigateway:GET": [f"arn:aws:apigateway:{cloud.aws.region}::/restapis/{api_id}/*"],
        "lambda:GetFunctionConfiguration": [
            # AWS requires the alias, the emulator the function.
            arn.format("lambda", f"function:{cloud.functions[function].name}{alias}")
            for function in ("create-user", "request-upload")
            for alias in ("", ":live")
        ],
        "dynamodb:GetItem": [arn.format("dynamodb", f"table/{table}") for table in tables],
        "dynamodb:DeleteItem": [
            arn.format("dynamodb", f"table/{table}") for table in [*tables, uploads]
        ],
        "s3:DeleteObject": [
            f"arn:aws:s3:::{bucket}/{prefix}/users/*" for prefix in ("uploads", "processed")
        ],
    }
    statements = [
        {"Effect": "Allow", "Action": action, "Resource": resources}
        for action, resources in allowed.items()
        if action != without
    ]
    iam, user = cloud.client("iam"), f"smoke-{uuid.uuid4().hex}"
    iam.create_user(UserName=user)
    iam.put_user_policy(
        UserName=user,
        PolicyName="smoke",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}),
    )
    key: dict[str, str] = iam.create_access_key(UserName=user)["AccessKey"]
    return key


@pytest.fixture(autouse=True)
def _nothing_is_left(cloud: Cloud) -> Any:
    before = records(cloud)
    yield
    left = records(cloud) - before
    # An e-mail in flight when its user is deleted leaves a record, as --help says.
    assert {record for record in left if not record.startswith("email#")} == set()


def records(cloud: Cloud) -> set[str]:
    """Return what the tables hold, and the welcomes that their users are still to get.

    Other tests share the cloud, and their users may be welcomed only now.
    """
    dynamodb = cloud.client("dynamodb")
    tables = [cloud.outputs[f"{of}_table_name"] for of in ("dynamodb", "ledger", "uploads")]
    found = {i["id"]["S"] for table in tables for i in dynamodb.scan(TableName=table)["Items"]}
    found |= set(keys(cloud.client("s3"), cloud.outputs["s3_bucket_name"], ""))
    return found | {f"email#{record}" for record in found if record.startswith("user_")}


def steps(printed: str, word: str) -> list[str]:
    lines = [line.partition(" (")[0] for line in printed.splitlines()]
    return [line.removeprefix(word).strip() for line in lines if line.startswith(word)]


def test_the_local_cloud_is_tested_without_the_pulumi_cli(
    smoke: Smoke, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Here, "local_cloud", lambda _: (cloud.outputs, cloud.client))
    code, printed, errors = smoke("local")
    assert (code, errors) == (0, "")
    assert set(STEPS) <= set(steps(printed, "ok"))
    assert printed.endswith(f"All is well at {api.url}.\n")


def test_all_is_well(smoke: Smoke, api: Api, cloud: Cloud) -> None:
    before = records(cloud)
    code, printed, errors = smoke(api.url)
    assert (code, errors) == (0, "")
    assert steps(printed, "ok") == STEPS
    assert printed.endswith(f"All is well at {api.url}.\n")
    assert records(cloud) - before == set()


@pytest.fixture
def as_compose(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """Yield a system in the emulator as docker-compose.yml starts it: without the gate."""
    with monkeypatch.context() as patch:
        patch.setattr(emulator_command, "SERVER", "ministack.app")
        patch.setattr(credentials, "create", lambda _: Credentials("test", "test"))
        with local_cloud.start() as running:
            yield running


def test_a_stack_in_an_emulator_is_found_by_its_name(
    smoke: Smoke, as_compose: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From its outputs alone: neither the endpoint nor the region is in the environment."""
    outputs = {**as_compose.outputs, "emulator": as_compose.endpoint}
    (tmp_path / "outputs.json").write_text(json.dumps(outputs))
    pulumi = tmp_path / "pulumi"
    pulumi.write_text(f"#!/bin/sh\nexec cat {tmp_path}/outputs.json\n")
    pulumi.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.delenv("AWS_REGION")
    code, printed, errors = smoke("compose")
    assert (code, errors) == (0, "")
    assert printed.endswith(f"All is well at {as_compose.outputs['api_gateway_url']}.\n")


def test_an_api_that_cannot_store_fails(smoke: Smoke, api: Api, cloud: Cloud) -> None:
    with broken(cloud, "create-user"):
        code, printed, errors = smoke(api.url)
    assert code == 1
    assert steps(printed, "FAILED") == ["a user is created"]
    assert steps(printed, "ok")[-1] == "what the test created is deleted"
    assert "expected 201; got 500 {'error': 'Failed to create user'}" in errors


def test_an_email_that_is_not_sent_fails(smoke: Smoke, api: Api, cloud: Cloud) -> None:
    with broken(cloud, "queue-welcome"):
        code, printed, errors = smoke(api.url, "--email-seconds", "1")
        assert code == 1
        assert steps(printed, "FAILED") == ["the welcome e-mail is sent"]
        assert "not within 1 s" in errors
        code, printed, errors = smoke(api.url, "--email-seconds", "0")
    assert (code, errors) == (0, "")
    assert steps(printed, "ok") == [step for step in STEPS if "e-mail" not in step]


def test_an_upload_that_cannot_be_requested_fails(smoke: Smoke, api: Api, cloud: Cloud) -> None:
    with broken(cloud, "request-upload"):
        code, printed, errors = smoke(api.url)
    assert code == 1
    assert steps(printed, "FAILED") == ["a file is uploaded and processed"]
    assert steps(printed, "ok")[-1] == "what the test created is deleted"
    assert "expected 201; got 500 {'error': 'Failed to request an upload'}" in errors


@pytest.mark.parametrize("made", ["another text", ""])
def test_an_output_of_another_content_fails(
    smoke: Smoke, api: Api, monkeypatch: pytest.MonkeyPatch, made: str
) -> None:
    monkeypatch.setattr(upload, "download", lambda _: smoke_api.Answer(200, made, {}))
    code, printed, errors = smoke(api.url)
    assert code == 1
    assert steps(printed, "FAILED") == ["a file is uploaded and processed"]
    assert f"got 200 {made}" in errors


@pytest.mark.parametrize(
    "starting", [pytest.param("GET", marks=pytest.mark.needs("get_user")), "POST"]
)
def test_a_function_that_does_not_get_ready_fails(
    smoke: Smoke, api: Api, monkeypatch: pytest.MonkeyPatch, starting: str
) -> None:
    class Starting(smoke_api.Api):
        """The gateway's response while a function's first snapshot is created."""

        def __call__(self, method: str, *args: Any) -> smoke_api.Answer:
            if method == starting:
                return smoke_api.Answer(500, {"message": "Internal server error"}, {})
            return super().__call__(method, *args)

    monkeypatch.setattr("ops.smoke.command.Api", Starting)
    code, printed, errors = smoke(api.url, "--ready-seconds", "1")
    assert code == 1
    assert steps(printed, "FAILED") == ["the API answers"]
    assert "still no answer after 1 s; got 500" in errors


def test_what_no_answer_told_is_deleted_too(
    smoke: Smoke, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection breaks after the user was created."""
    monkeypatch.setattr("ops.smoke.steps.USER_ID", re.compile("never"))
    code, _, errors = smoke(api.url)
    assert code == 1
    assert "expected the user, with an id" in errors


def may_not(action: str, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    key = caller(cloud, without=action)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])


def test_a_refusal_to_say_is_told_and_all_is_deleted(
    smoke: Smoke, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_not("dynamodb:GetItem", cloud, monkeypatch)
    code, printed, errors = smoke(api.url)
    assert code == 1
    assert steps(printed, "FAILED") == ["the welcome e-mail is sent"]
    assert re.fullmatch(r"error: AWS does not return user user_\w+ in \S+: .+\n", errors)


def test_what_failed_first_is_told_before_what_cannot_be_deleted(
    smoke: Smoke, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_not("dynamodb:DeleteItem", cloud, monkeypatch)
    with broken(cloud, "create-user"):  # so the command leaves nothing behind
        code, printed, errors = smoke(api.url)
    assert code == 1
    assert steps(printed, "FAILED") == ["a user is created", "what the test created is deleted"]
    first, second = errors.splitlines()
    assert first.startswith("error: expected 201; got 500 {'error': 'Failed to create user'}")
    assert second.startswith("error: What was created for success+smoke-")
    assert "may be left in" in second
    assert "DeleteItem" in second


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("api.example.com", "'api.example.com' is not an API's URL. Use an address such as"),
        ("http://api.example.com/prod", "is not encrypted"),
        ("https://api.example.com/prod?x=1", "is not an API's URL"),
        ("https://[", "is not an API's URL (Invalid IPv6 URL)"),
    ],
)
def test_a_wrong_url_is_refused(smoke: Smoke, url: str, error: str) -> None:
    code, printed, errors = smoke(url)
    assert (code, printed) == (2, "")
    assert error in errors


def test_an_api_of_nobody_is_refused(smoke: Smoke, api: Api) -> None:
    other = api.url.replace("/execute-api/", "/execute-api/0")
    code, _, errors = smoke(other)
    assert code == 1
    assert f"AWS does not say what is behind {other}" in errors


def test_a_caller_who_may_not_is_refused_before_anything_is_made(
    smoke: Smoke, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLIENT_ID", "only")
    code, printed, errors = smoke(api.url)
    assert (code, printed) == (2, "")
    assert "TOKEN_ENDPOINT, CLIENT_SECRET must be set as well" in errors
    monkeypatch.delenv("CLIENT_ID")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    code, printed, errors = smoke(api.url)
    assert (code, printed) == (1, "")
    assert "There are no AWS credentials" in errors


def test_an_open_api_that_should_be_closed_fails(
    smoke: Smoke, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_KEY", "k" * 20)
    code, printed, errors = smoke(api.url)
    assert code == 1
    assert steps(printed, "FAILED") == ["callers without credentials get nothing"]
    assert "expected 401 or 403; got 400" in errors


def test_a_stack_that_is_not_deployed_is_refused(
    smoke: Smoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulumi = tmp_path / "pulumi"
    pulumi.write_text("#!/bin/sh\necho '{}'\n")
    pulumi.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    code, printed, errors = smoke("dev")
    assert (code, printed) == (1, "")
    assert errors == "error: Stack 'dev' has no output `api_gateway_url`: deploy it first.\n"
