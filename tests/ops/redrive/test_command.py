"""What the commands say, and never say; and how they find a stack's queues."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli import main
from ops.deployed.outputs import ROOT, NoOutputs, outputs
from ops.errors import WrongUsage
from ops.redrive import command, stack
from ops.redrive.command import list_queues, run
from ops.redrive.errors import RedriveError
from ops.redrive.letters import Letter, describe, word
from ops.redrive.messages import age, payload
from ops.redrive.sources import Source, sources
from tests.support.redrive_fakes import DEAD, OUTPUTS, FakeLambda, FakeSqs, FakeStreams, refused

CANARY = "Ada Canary <ada@example.com>"


@pytest.fixture
def sqs() -> FakeSqs:
    return FakeSqs()


def redrive(
    sqs: FakeSqs,
    queue: str | None,
    *,
    outputs: Any = OUTPUTS,
    dry_run: bool = False,
    limit: int | None = None,
    show: bool = False,
) -> int:
    clients = {"sqs": sqs, "lambda": FakeLambda(), "dynamodbstreams": FakeStreams()}
    client = clients.__getitem__
    if queue is None:
        return list_queues(outputs, client)
    return run(outputs, client, queue=queue, dry_run=dry_run, limit=limit, show=show)


def test_queues_are_listed(sqs: FakeSqs, capsys: pytest.CaptureFixture[str]) -> None:
    for n in range(1_234):
        sqs.put(f"body {n}")
    assert redrive(sqs, None) == 0
    assert capsys.readouterr().out.splitlines()[2].split() == [
        "emails-dead-letters", "1,234", "0", "queue", "emails",
    ]  # fmt: skip
    assert set(sqs.calls) == {"GetQueueAttributes"}


def test_queues_are_listed_as_json(sqs: FakeSqs, capsys: pytest.CaptureFixture[str]) -> None:
    sqs.put("body")
    assert list_queues(OUTPUTS, lambda _: sqs, as_json=True) == 0
    assert json.loads(capsys.readouterr().out)[1] == {
        "queue": "emails-dead-letters", "visible": 1, "in_flight": 0, "goes_back_to": "queue emails"
    }  # fmt: skip


def test_an_unknown_queue(sqs: FakeSqs) -> None:
    with pytest.raises(WrongUsage) as raised:
        redrive(sqs, "emails")
    assert str(raised.value) == (
        "There is no dead-letter queue 'emails'. Queues: daily-sweep-failures, "
        "emails-dead-letters, new-users-failures."
    )


@pytest.mark.parametrize("queue", [None, "emails-dead-letters"])
def test_a_stack_from_before(sqs: FakeSqs, queue: str | None) -> None:
    with pytest.raises(RedriveError, match="no output `dead_letters`"):
        redrive(sqs, queue, outputs={})


@pytest.mark.parametrize("queue", [None, "emails-dead-letters"])
def test_aws_refuses(
    sqs: FakeSqs,
    queue: str | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refuse(_: str) -> None:
        raise refused("AccessDenied", "GetQueueAttributes")

    sqs.before = refuse
    monkeypatch.setattr(command, "deployed", lambda _: (OUTPUTS, lambda _: sqs))
    assert main(["redrive", "prod", *([queue] if queue else [])]) == 1
    assert capsys.readouterr().err.startswith("error: An error occurred (AccessDenied)")


@pytest.mark.parametrize("queue", sorted(OUTPUTS["dead_letters"]))
@pytest.mark.parametrize("dry_run", [False, True])
def test_content_is_shown_on_request_only(
    sqs: FakeSqs, capsys: pytest.CaptureFixture[str], queue: str, dry_run: bool
) -> None:
    text = {"DataType": "String", "StringValue": CANARY}
    forms = [
        CANARY,
        json.dumps({"to": CANARY}),
        json.dumps(
            {
                "requestContext": {"condition": CANARY},
                "requestPayload": CANARY,
                "responsePayload": {"errorType": CANARY, "errorMessage": CANARY},
                "DDBStreamBatchInfo": {"batchSize": CANARY, "shardId": CANARY},
            }
        ),
    ]
    for body in forms:
        sqs.put(body, MessageAttributes={"name": text, "ERROR_CODE": text})
        sqs.put(body, MessageAttributes={"SCHEDULE_ARN": text, "ERROR_CODE": text})
    stored = {m["MessageId"] for m in sqs.queues[DEAD]}
    redrive(sqs, queue, dry_run=True, show=True)
    assert capsys.readouterr().out.count("Canary") >= len(forms) * 2
    redrive(sqs, queue, dry_run=dry_run)
    said = capsys.readouterr()
    assert "Canary" not in said.out + said.err
    assert stored <= set(said.out.split())


def test_in_flight_and_newer_letters_are_counted(
    sqs: FakeSqs, capsys: pytest.CaptureFixture[str]
) -> None:
    held = sqs.put("somebody else has it")
    sqs.hidden[held] = "their receipt"
    sqs.put("from tomorrow", sent=32_503_680_000)
    assert redrive(sqs, "emails-dead-letters") == 0
    said = capsys.readouterr().out
    assert "about 1 messages, 1 more in flight; goes back to queue emails\n" in said
    assert "Seen 0: 0 moved back, 0 kept.\n1 left: they were sent after this began." in said
    assert "1 were in flight when this began, and were not looked at" in said
    assert sqs.hidden == {held: "their receipt"}


def dead(body: str, **attributes: str) -> Letter:
    return Letter(
        id="i", receipt="r", body=body, sent=0, receives=1,
        attributes={k: {"DataType": "String", "StringValue": v} for k, v in attributes.items()},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("letter", "expected"),
    [
        (dead("é" * 1_000), "2,000 bytes"),
        (dead("[1]"), "3 bytes"),
        (dead("x", SCHEDULE_ARN="arn", ERROR_CODE="AWS.Scheduler.InternalServerError"),
         "a schedule could not deliver: AWS.Scheduler.InternalServerError"),
        (dead(json.dumps({"requestContext": {"condition": "EventAgeExceeded"}})),
         "EventAgeExceeded"),
        (dead(json.dumps({"requestContext": {"condition": "RetriesExhausted"},
                          "responsePayload": {"errorType": "BadEvent"}})),
         "RetriesExhausted, BadEvent"),
        (dead(json.dumps({"requestContext": {"condition": "RetryAttemptsExhausted"},
                          "DDBStreamBatchInfo": {"batchSize": 3}})),
         "RetryAttemptsExhausted, batch of 3"),
    ],
)  # fmt: skip
def test_what_a_letter_is(letter: Letter, expected: str) -> None:
    assert describe(letter) == expected


@given(st.text() | st.integers() | st.none())
def test_a_word_is_one_plain_word(value: object) -> None:
    assert word(value) in (value, "unknown")
    assert word(value).isprintable()
    assert " " not in word(value)


@given(st.text(), st.text())
def test_content_cannot_command_a_terminal(body: str, value: str) -> None:
    for text in (body, json.dumps({"to": body}, ensure_ascii=False)):
        lines = payload(dead(text, name=value)).split("\n")
        assert all(line.isprintable() for line in lines)
        assert all(line.startswith("      ") for line in lines)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(-1, "0 s"), (0, "0 s"), (59.9, "59 s"), (60, "1 min"), (7_200, "2 h"), (1_200_000, "13 d")],
)
def test_ages(seconds: float, expected: str) -> None:
    assert age(seconds) == expected


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a CLI on the PATH that notes how it is called, and answers as the file beside it says."""
    executable = tmp_path / "pulumi"
    executable.write_text(
        "#!/bin/sh\n"
        f'echo "$@" in "$PWD" > {tmp_path}/called\n'
        f"cat {tmp_path}/answer && exit 0\n"
        "echo \"error: no stack named 'prod' found\" >&2; exit 255\n"
    )
    executable.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    return tmp_path


def test_outputs_come_from_the_pulumi_cli(pulumi: Path) -> None:
    (pulumi / "answer").write_text(json.dumps(OUTPUTS))
    assert outputs("prod") == OUTPUTS
    assert (pulumi / "called").read_text() == f"stack output --json --stack prod in {ROOT}\n"
    assert outputs("prod", show_secrets=True) == OUTPUTS
    called = (pulumi / "called").read_text()
    assert called == f"stack output --json --show-secrets --stack prod in {ROOT}\n"


def test_the_pulumi_cli_knows_no_such_stack(
    pulumi: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["redrive", "prod"]) == 1
    assert "has no outputs of 'prod'" in capsys.readouterr().err
    with pytest.raises(NoOutputs, match="no stack named 'prod' found"):
        outputs("some-organization/some-project/prod")


def test_there_is_no_pulumi_cli(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["redrive", "prod"]) == 1
    assert "The Pulumi CLI is not installed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("url", "region"),
    [
        ("https://sqs.eu-central-1.amazonaws.com/123456789012/q", "eu-central-1"),
        ("https://sqs.cn-north-1.amazonaws.com.cn/123456789012/q", "cn-north-1"),
    ],
)
def test_the_region_is_the_queues(url: str, region: str) -> None:
    assert stack.region(Source(name="q", url=url, kind="queue", target="")) == region


@pytest.mark.parametrize("url", ["http://127.0.0.1:4566/000000000000/q", "https://example.com"])
def test_a_queue_of_nowhere(url: str) -> None:
    with pytest.raises(RedriveError, match="not a queue of AWS"):
        stack.region(Source(name="q", url=url, kind="queue", target=""))


def test_a_stack_in_an_emulator_is_redriven_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the emulator's credentials: those of this shell stay here."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "mine")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "mine")
    alias = "arn:aws:lambda:eu-north-1:000000000000:function:f:live"
    emulated = {
        **OUTPUTS,
        "releases": {"f": {"alias": alias, "alarms": []}},
        "emulator": "http://localhost:4566",
    }
    client = stack.connect(emulated)
    for service in ("sqs", "lambda", "dynamodbstreams"):
        assert client(service).meta.endpoint_url == "http://localhost:4566"
        assert client(service).meta.region_name == "eu-north-1"
    assert "Credential=test" in client("sqs").generate_presigned_url("list_queues")
    assert client("lambda").meta.config.read_timeout > 900
    with pytest.raises(NoOutputs, match="no output `releases`"):
        stack.connect({**emulated, "releases": {}})


def test_an_invocation_is_waited_for_and_never_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    client = stack.clients("eu-central-1")
    config = client("lambda").meta.config
    assert config.read_timeout > 900
    assert config.retries["total_max_attempts"] == 1
    assert client("lambda").meta.region_name == "eu-central-1"
    assert client("sqs").meta.config.retries["total_max_attempts"] > 1
    assert client("sqs") is client("sqs")


def test_targets_are_named_for_people() -> None:
    named = {name: source.target_name for name, source in sources(OUTPUTS).items()}
    assert named == {
        "emails-dead-letters": "queue emails",
        "daily-sweep-failures": "function daily-sweep-1a2b3c4:live",
        "new-users-failures": "function daily-sweep-1a2b3c4:live",
    }


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["prod", "q", "--limit", "0"],
        ["prod", "q", "--limit", "x"],
        ["prod", "q", "--limit", "²"],
        ["prod", "q", "--json"],
    ],
)
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["redrive", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.endswith("Help: app redrive --help\n") or "--json" in arguments


def test_help_has_examples_and_permissions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["redrive", "--help"]) == 0
    said = capsys.readouterr().out
    assert "\n  Examples:\n    app redrive prod" in said
    assert "lambda:InvokeFunction" in said
