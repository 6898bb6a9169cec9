"""How the commands that test one function are run."""

import sys
from pathlib import Path

import pytest

from blueprint.functions import check
from blueprint.functions.names import WrongName
from blueprint.project import ROOT
from tests.support.functions import FUNCTIONS


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def test_commands_run_beside_each_other_and_report_in_turn(tmp_path: Path) -> None:
    """The first one ends only after the second one has."""
    wait = "import pathlib, time\nwhile not pathlib.Path('made').exists(): time.sleep(0.01)\n"
    first, second = python(f"{wait}print('first')"), python("open('made', 'w'); exit('second')")
    assert list(check.run(tmp_path, [first, second])) == [(0, "first\n"), (1, "second\n")]


def test_a_functions_own_tests_and_types_are_among_them() -> None:
    folder = FUNCTIONS[0].replace("-", "_")
    given = [" ".join(command) for command in check.commands(ROOT, FUNCTIONS[0])]
    assert any(f"mypy handlers/{folder}" in command for command in given)
    assert any(f"tests/functions/{folder} " in command for command in given)
    with pytest.raises(WrongName, match="no-such"):
        check.commands(ROOT, "no-such")
