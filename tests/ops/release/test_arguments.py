from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ops.release.cli import as_file, as_minutes, as_percent
from tests.support.arguments import NUMBERS, number_within, parsed


@given(text=NUMBERS)
def test_minutes_are_up_to_a_day_or_are_refused(text: str) -> None:
    minutes = number_within((0, 1_440), as_minutes, text)
    assert minutes is None or minutes > 0


@given(text=NUMBERS)
def test_a_percentage_is_1_to_100_or_is_refused(text: str) -> None:
    number_within((1, 100), as_percent, text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text())
def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path, text: str) -> None:
    _, refusal = parsed(as_file, f"{tmp_path}/no/folder/{text}")
    assert "cannot be written" in refusal
