import io
import json

import pytest

from local.log_format import Formatter
from local.logs import Invocation
from ops.terminal import wants_colour

REQUEST = "413d3c14-fb4d-4f4a-9c22-6e4cc984014c"
START = f"START RequestId: {REQUEST} Version: 1"
END = f"END RequestId: {REQUEST}"
REPORT = (
    f"REPORT RequestId: {REQUEST}\tDuration: 12 ms\tBilled Duration: 12 ms\tMemory Size: 512 MB"
)


def record(**fields):
    return json.dumps(
        {"timestamp": "2026-11-23T04:07:54Z", "level": "INFO", "requestId": REQUEST, **fields}
    )


def show(*lines, colour=False):
    formatter = Formatter(["create-user", "get-user"], colour=colour)
    return formatter.format(Invocation("get-user", 1_000, (START, *lines, END, REPORT)))


def test_a_record_is_one_line_with_its_fields():
    text = show(record(message="found", logger="app", outcome="found", status=200, user_id="u 1"))
    assert text.splitlines() == [
        "04:07:54 get-user    INFO    found status=200 user_id=u 1",
        f"00:00:01 get-user            12 ms (request {REQUEST})",
    ]


def test_what_is_nested_too_deeply_is_text():
    line = '{"a": ' * 100_000
    assert line in show(line)


def test_an_outcome_that_is_not_the_message_is_shown():
    assert "it is done outcome=sent" in show(record(message="it is done", outcome="sent"))


def test_printed_lines_stay_as_they_are():
    assert "get-user            plain text" in show("plain text")
    assert '{"no": "level"}' in show('{"no": "level"}')


def test_an_exception_shows_its_stack_once():
    text = show(
        record(
            level="ERROR",
            message="ValueError: bad",
            errorType="ValueError",
            errorMessage="bad",
            stackTrace=['  File "h.py", line 1, in f\n    g()\n'],
        ),
        "Traceback (most recent call last):",
        '  File "_worker.py", line 2, in run',
        "ValueError: bad",
    )
    assert text.splitlines()[:3] == [
        "04:07:54 get-user    ERROR   ValueError: bad",
        "      h.py:1 in f",
        "        g()",
    ]
    assert text.count("ValueError") == 1
    assert "12 ms" in text


def test_a_logged_exception_names_its_error():
    text = show(
        record(message="cannot", errorType="KeyError", errorMessage="'a'", stackTrace=["x"])
    )
    assert "cannot\n    x\n    KeyError: 'a'" in text


def test_a_printed_traceback_is_kept():
    assert "KeyError" in show("Traceback (most recent call last):", "KeyError: 1")


def test_long_values_are_below():
    assert "m\n    a\n    b" in show(record(message="m", stack="a\nb\n"))
    assert "one\n    two" in show(record(message="one\ntwo"))


def test_what_callers_sent_cannot_steer_the_terminal():
    text = show(record(message="a\x1b[31mb\x07", key="c\x9bd\u202ee"), "raw \x1b]0;title\x07")
    assert not set(text) & {"\x1b", "\x07", "\x9b", "\u202e"}
    assert r"a\x1b[31mb\x07" in text


def test_colours():
    text = show(record(message="m", level="ERROR"), colour=True)
    assert "\033[31mERROR  \033[0m" in text
    assert "\033[32mget-user   \033[0m" in text


@pytest.mark.parametrize(
    ("terminal", "no_color", "expected"),
    [(True, None, True), (True, "", True), (True, "1", False), (False, None, False)],
)
def test_colour_is_for_terminals_that_want_it(monkeypatch, terminal, no_color, expected):
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_color is not None:
        monkeypatch.setenv("NO_COLOR", no_color)
    output = io.StringIO()
    output.isatty = lambda: terminal
    assert wants_colour(output) is expected


def test_an_exception_without_a_message_is_named():
    text = show(record(level="ERROR", errorType="ValueError", errorMessage="bad", stackTrace=["g"]))
    assert text.splitlines()[:2] == ["04:07:54 get-user    ERROR   ValueError: bad", "    g"]


STACK = '  File "/somewhere/app/handlers/get_user/handler.py", line 7, in handler\n    work()\n'


def test_an_error_that_a_function_logs_has_its_text_and_lines_that_a_terminal_opens():
    text = show(
        record(level="ERROR", message="failed", outcome="failed", status=500, error="KeyError",
               text="'name'", stack=STACK)
    )  # fmt: skip
    assert text.splitlines()[:4] == [
        "04:07:54 get-user    ERROR   failed status=500",
        "      handlers/get_user/handler.py:7 in handler",
        "        work()",
        "    KeyError: 'name'",
    ]


@pytest.mark.parametrize("raised", ["KeyError", "Failed"])
def test_an_error_that_the_function_has_logged_is_not_shown_again(raised):
    logged = record(level="ERROR", message="unhandled", logger="app", error="KeyError", stack=STACK)
    by_runtime = record(level="ERROR", message=f"{raised}: x", errorType=raised, errorMessage="x",
                        stackTrace=[STACK])  # fmt: skip
    text = show(logged, by_runtime, "Traceback (most recent call last):", f"{raised}: x")
    assert text.count("handler.py:7") == 1
    assert "x" not in text.replace("x-", "")
    assert "12 ms" in text


def test_another_error_that_the_runtime_logs_is_shown():
    logged = record(level="ERROR", message="failed", logger="app", error="KeyError", stack=STACK)
    by_runtime = record(level="ERROR", message="ValueError: x", errorType="ValueError",
                        errorMessage="x", stackTrace=["y"])  # fmt: skip
    assert "ValueError: x" in show(logged, by_runtime)


def test_a_field_named_error_alone_is_a_field():
    assert "m error=odd" in show(record(message="m", error="odd"))
