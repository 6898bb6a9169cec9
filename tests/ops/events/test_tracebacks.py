"""Lines of code in tracebacks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.events.since import seconds
from ops.events.tracebacks import first_raised, raised_at, with_short_frames
from tests.support.arguments import parsed


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("/var/task/handlers/a/b.py", "handlers/a/b.py"),
        ("/home/ada/app/handlers/a/b.py", "handlers/a/b.py"),
        ("/home/handlers/app/handlers/a/b.py", "handlers/a/b.py"),
        ("/usr/lib/python3.13/logging/handlers.py", "/usr/lib/python3.13/logging/handlers.py"),
        ("/x/site-packages/lib/handlers/b.py", "/x/site-packages/lib/handlers/b.py"),
        ("<string>", "<string>"),
    ],
)
def test_a_place_is_relative_to_the_project(file: str, expected: str) -> None:
    stack = f'  File "{file}", line 12, in f\n    g()\n  File "{file}", line 3\n'
    assert with_short_frames(stack) == f"  {expected}:12 in f\n    g()\n  {expected}:3\n"


def test_the_first_error_of_a_chain_that_has_a_line_of_ours() -> None:
    stack = [
        '  File "/var/task/handlers/a.py", line 1, in f\n  File "/x/site-packages/b.py", line 2\n',
        'Caused by botocore.Error: x\n  File "/var/task/handlers/c.py", line 3, in g\n',
        'Caused by OSError\n  File "/usr/lib/python3.13/socket.py", line 4, in h\n',
    ]
    assert raised_at(stack) == "handlers/a.py:1 in f"
    assert first_raised(stack) == "botocore.Error at handlers/c.py:3 in g"
    assert first_raised(stack[:1]) is None
    assert raised_at(stack[2:]) is None


@given(st.text())
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert with_short_frames(text) == text or 'File "' in text


@pytest.mark.parametrize(
    ("text", "found"), [("15m", 900), ("2h", 7_200), ("1d", 86_400), ("30s", 30)]
)
def test_how_long_ago(text: str, found: int) -> None:
    assert seconds(text) == found


@pytest.mark.parametrize("text", ["1w", "", "-1h", "1h ", "1234567s", "٣h", "0d"])
def test_what_is_no_time_is_refused(text: str) -> None:
    assert repr(text) in parsed(seconds, text)[1]
