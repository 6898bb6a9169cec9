"""The names of uploads in logs."""

import hashlib
import json
import os
import re
import subprocess
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.aws_cli import variables
from local.files import Files
from local.logs import Invocation
from local.project import ROOT
from local.uploads import UploadNames
from tests.support.local.running import as_if_up

KEY = "uploads/Ada's report ü.pdf"


def digest(key):
    return hashlib.sha256(key.encode()).hexdigest()


def log(*lines, ended_ms=10**14):
    return Invocation("process", ended_ms, lines)


def record(key, **fields):
    return json.dumps({"level": "INFO", "upload": digest(key), **fields})


@pytest.fixture
def bucket(cloud):
    name = f"uploads-{uuid.uuid4().hex}"
    cloud.client("s3").create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": cloud.aws.region}
    )
    cloud.client("s3").put_object(Bucket=name, Key=KEY, Body=b"x")
    return name


@pytest.fixture
def names(cloud, bucket):
    return UploadNames(cloud.aws, {"s3_bucket_name": bucket})


def test_a_digest_becomes_the_key(names):
    line = record(KEY, outcome="copied", version="v1")
    (named,) = names.named(log(line)).lines
    assert json.loads(named) == {**json.loads(line), "upload": KEY}
    assert names.named(log("START", line, "text")).lines == ("START", named, "text")


def test_a_later_upload_is_found_too(names, cloud, bucket):
    later = "uploads/later"
    assert names.named(log(record(KEY))).lines != (record(KEY),)
    assert names.named(log(record(later))).lines == (record(later),)
    cloud.client("s3").put_object(Bucket=bucket, Key=later, Body=b"x")
    assert json.loads(names.named(log(record(later))).lines[0])["upload"] == later


def test_what_is_no_longer_in_the_bucket_stays_a_digest_and_costs_one_listing(names, monkeypatch):
    listings = []
    read = Files.list
    monkeypatch.setattr(Files, "list", lambda *args: listings.append(1) or read(*args))
    lines = tuple(record(f"uploads/{number}") for number in range(50))
    assert names.named(log(*lines, ended_ms=1)).lines == lines
    assert len(listings) == 1


@given(st.text())
def test_other_lines_stay_as_they_are(line):
    names = UploadNames(None, {})
    assert names.named(log(line)).lines == (line,)
    assert names.named(log(record(line))).lines == (record(line),)


def test_the_guide_finds_the_key_in_aws(cloud, bucket, tmp_path):
    guide = (ROOT / "docs" / "uploads.md").read_text()
    (command,) = (
        block for block in re.findall(r"```sh\n(.*?)```", guide, re.DOTALL) if "UPLOAD=" in block
    )
    command = re.sub(r"^[A-Z]+=….*\n", "", command, flags=re.MULTILINE)
    with as_if_up(tmp_path, cloud) as state:
        changes = variables(state, os.environ)
    environment = {**os.environ, **{n: v for n, v in changes.items() if v is not None}}
    for name, value in changes.items():
        if value is None:
            environment.pop(name, None)
    for key, found in ((KEY, f"{KEY}\n"), ("uploads/none", "")):
        done = subprocess.run(
            ["sh", "-euc", command],
            env={**environment, "BUCKET": bucket, "UPLOAD": digest(key)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stdout) == (0, found), done.stderr
