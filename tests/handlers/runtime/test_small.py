"""The clock, the settings, the e-mail message, the clients and the log's records."""

import importlib
import json
import logging
from dataclasses import dataclass

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.email_message import EmailMessage, InvalidMessage, parse, welcome_entry
from handlers.runtime import aws, clock
from handlers.runtime import log as log_module
from handlers.runtime.log import outcome
from handlers.runtime.settings import SettingsError, load
from tests.support.fakes import log, outcomes

__all__ = ["log"]
MESSAGE = {"to": "ada@example.com", "subject": "Hi", "body": "Hello", "type": "notification"}


@dataclass(frozen=True, kw_only=True)
class Settings:
    users_table: str
    side: int


def test_settings() -> None:
    assert load(Settings, {"USERS_TABLE": "t", "SIDE": "3"}) == Settings(users_table="t", side=3)


def test_every_bad_setting_is_named() -> None:
    with pytest.raises(SettingsError, match=r"USERS_TABLE is not set; SIDE is 'x', not an integer"):
        load(Settings, {"SIDE": "x"})


def test_clock() -> None:
    assert clock.timestamp(1_795_404_527.9) == "2026-11-23T03:28:47Z"
    assert clock.day(1_795_404_527.9) == "2026-11-23"


def test_client_gives_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    config = aws.client("sqs", read_timeout=10, attempts=1).meta.config
    assert (config.connect_timeout, config.read_timeout) == (1, 10)
    assert config.retries == {"mode": "standard", "total_max_attempts": 1}


def test_outcome(log: pytest.LogCaptureFixture) -> None:
    outcome("created", status=201)
    assert outcomes(log) == ["created"]
    assert log.records[0].status == 201


@pytest.mark.parametrize("level", ["DEBUG", "WARN", "ERROR"])
def test_outcomes_are_logged_whatever_level_is_set(
    level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_LOG_LEVEL", level)
    importlib.reload(log_module)
    assert log_module.logger.level == logging.INFO
    assert logging.getLogger().level == logging.ERROR


def test_welcome_is_a_message_that_can_be_sent() -> None:
    entry = welcome_entry(user_id="user_1", name='Ada "the" & Grace', email="ada@example.com")
    assert entry["MessageAttributes"]["user_id"] == {"DataType": "String", "StringValue": "user_1"}
    assert json.loads(entry["MessageBody"]) == {
        "to": "ada@example.com",
        "subject": "Welcome to our platform!",
        "body": 'Hello Ada "the" & Grace, welcome to our platform!',
        "type": "welcome",
    }
    assert parse(entry["MessageBody"]).type == "welcome"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{broken",
        "[]",
        "null",
        "\ud800",
        "[" * 50_000,
        *(json.dumps({k: v for k, v in MESSAGE.items() if k != missing}) for missing in MESSAGE),
        *(json.dumps({**MESSAGE, field: None}) for field in MESSAGE),
        *(json.dumps({**MESSAGE, field: 5}) for field in MESSAGE),
        json.dumps({**MESSAGE, "type": "invoice"}),
        json.dumps({**MESSAGE, "to": "ada"}),
        json.dumps({**MESSAGE, "to": "ada@example.com\n"}),
        json.dumps({**MESSAGE, "to": "ada@example.com\r\nBcc: eve@example.com"}),
        json.dumps({**MESSAGE, "to": "ada@example.com,eve@example.com"}),
        json.dumps({**MESSAGE, "subject": "Hi\r\nBcc: eve@example.com"}),
        json.dumps({**MESSAGE, "subject": "Hi\u0000"}),
        json.dumps({**MESSAGE, "subject": " "}),
        json.dumps({**MESSAGE, "subject": "x" * 999}),
        json.dumps({**MESSAGE, "body": ""}),
        json.dumps({**MESSAGE, "body": " \n"}),
    ],
)
def test_messages_that_can_never_be_sent(text: str) -> None:
    with pytest.raises(InvalidMessage) as caught:
        parse(text)
    assert "example.com" not in str(caught.value)


def test_longest_subject() -> None:
    assert len(parse(json.dumps({**MESSAGE, "subject": "x" * 998})).subject) == 998


@given(st.builds(EmailMessage, st.text(), st.text(), st.text(), st.just("welcome")))
def test_no_line_end_reaches_a_header(message: EmailMessage) -> None:
    for to in (message.to, f"ada@example.com{message.to}"):
        text = msgspec.json.encode(
            {"to": to, "subject": message.subject, "body": "b", "type": "welcome"}
        ).decode(errors="surrogatepass")
        try:
            parsed = parse(text)
        except InvalidMessage:
            continue
        assert not set(parsed.to + parsed.subject) & {*map(chr, range(32)), "\x7f", "\x85"}


@given(st.text())
def test_any_text_is_a_message_or_invalid(text: str) -> None:
    with pytest.raises(InvalidMessage):
        parse(text)
