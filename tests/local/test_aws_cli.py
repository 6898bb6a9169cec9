"""``app env`` and ``app aws``."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli import ROOT, main
from local.aws_cli import shell
from tests.support.local.running import as_if_up

PROGRAM = "import sys; from pathlib import Path; import cli; cli.run(Path(sys.argv.pop(1)))"
HOSTILE = {
    "AWS_PROFILE": "nobody",
    "AWS_SESSION_TOKEN": "token",
    "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
    "AWS_REGION": "nowhere",
}


@pytest.fixture
def app(cloud, tmp_path):
    """Run a command in a process of its own, as it may become another program."""

    def run(*arguments, **environment):
        return subprocess.run(
            [sys.executable, "-c", PROGRAM, tmp_path, *arguments],
            cwd=ROOT,
            env={**os.environ, **HOSTILE, **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    with as_if_up(tmp_path, cloud):
        yield run


@pytest.mark.long
def test_boto3_finds_the_cloud(app, cloud):
    script = (
        app("env").stdout
        + f"""{sys.executable} -c '
import boto3
print(boto3.client("s3").list_buckets()["Buckets"][0]["Name"])
print(boto3.client("sqs").list_queues()["QueueUrls"][0])
print(boto3.client("sts").get_caller_identity()["Arn"])
'"""
    )
    environment = {**os.environ, **HOSTILE}
    done = subprocess.run(
        ["sh", "-euc", script], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    bucket, queue, identity = done.stdout.splitlines()
    assert bucket == cloud.outputs["s3_bucket_name"]
    assert queue.startswith(cloud.endpoint)
    assert identity.endswith(":root")


def test_variables_as_json(app, cloud):
    values = json.loads(app("env", "--json").stdout)
    assert {name for name, value in values.items() if value is None} >= {
        "AWS_PROFILE",
        "AWS_SESSION_TOKEN",
        "AWS_ENDPOINT_URL_S3",
    }
    assert values["AWS_ENDPOINT_URL"] == cloud.endpoint
    assert values["AWS_DEFAULT_REGION"] == values["AWS_REGION"] == cloud.aws.region
    assert values["AWS_ACCESS_KEY_ID"]
    assert values["AWS_SECRET_ACCESS_KEY"]


@pytest.mark.long
def test_the_aws_cli_works_on_the_cloud(app, cloud, tmp_path):
    bucket, content = cloud.outputs["s3_bucket_name"], tmp_path / "content"
    content.write_text("hello")
    stored = app("aws", "s3", "cp", "--quiet", str(content), f"s3://{bucket}/by-aws-cli.txt")
    assert stored.returncode == 0, stored.stderr
    listed = app("aws", "--output", "json", "sqs", "list-queues")
    assert json.loads(listed.stdout)["QueueUrls"], listed.stderr
    answer = cloud.client("s3").get_object(Bucket=bucket, Key="by-aws-cli.txt")
    assert answer["Body"].read() == b"hello"


def test_the_aws_cli_gets_its_arguments_and_ends_with_its_code(app, cloud, tmp_path):
    program = tmp_path / "aws"
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\nenv >&2\nexit 42\n')
    program.chmod(0o755)
    done = app("aws", "a b", "--json", "--help", "*", PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert done.returncode == 42
    assert done.stdout.splitlines() == [
        "--endpoint-url", cloud.endpoint, "a b", "--json", "--help", "*"
    ]  # fmt: skip
    environment = dict(line.split("=", 1) for line in done.stderr.splitlines() if "=" in line)
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"} & environment.keys()
    assert environment["AWS_CONFIG_FILE"] == os.devnull


def test_no_aws_cli(cloud, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with as_if_up(tmp_path, cloud):
        assert main(["aws", "s3", "ls"], root=tmp_path) == 1
    assert capsys.readouterr().err.startswith("error: The AWS CLI is not installed. Install it ")


def test_aws_without_arguments_is_wrong_usage(tmp_path, capsys):
    assert main(["aws"], root=tmp_path) == 2
    assert "Missing argument 'ARGUMENT'" in capsys.readouterr().err


SH = shutil.which("sh")
VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


@settings(max_examples=40)
@given(st.lists(VALUES, min_size=1, max_size=4))
def test_a_shell_reads_each_value_as_it_is(values):
    changes = {f"AWS_{number}": value for number, value in enumerate(values)}
    words = " ".join(f'"${name}"' for name in changes)
    script = f'{shell(changes)}\nprintf "%s\\0" {words}'
    done = subprocess.run([SH, "-uc", script], env={}, capture_output=True, check=True)
    assert done.stdout.decode().split("\0")[:-1] == values


@settings(max_examples=40)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0=")))
def test_no_name_of_a_variable_is_run(name):
    script = shell({f"AWS_ENDPOINT_URL_{name}": None, "AWS_X": "x"})
    done = subprocess.run(
        [SH, "-uc", f'{script}\necho "$AWS_X"'], env={}, capture_output=True, check=True
    )
    assert (done.stdout, done.stderr) == (b"x\n", b"")


def test_a_variable_is_removed(tmp_path):
    script = shell({"AWS_PROFILE": None, "B": "b"})
    done = subprocess.run(
        [SH, "-c", f"{script}\nenv"], env={"AWS_PROFILE": "x"}, capture_output=True, check=True
    )
    assert b"AWS_PROFILE" not in done.stdout
    assert Path(SH).exists()


@pytest.mark.long
@pytest.mark.parametrize("arguments", [["queue"], ["table", "--json"], ["env"]])
def test_a_closed_pipe_is_no_failure(cloud, tmp_path, arguments):
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-c", PROGRAM, tmp_path, *arguments]
    with as_if_up(tmp_path, cloud):
        done = subprocess.run(
            command, cwd=ROOT, stdout=write, stderr=subprocess.PIPE, timeout=60, check=False
        )
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")
