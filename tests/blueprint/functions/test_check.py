"""How the commands that test one function are run."""

import sys
from pathlib import Path

import pytest

from blueprint.functions import check
from blueprint.functions.names import WrongName
from blueprint.functions.new import new
from blueprint.functions.source import ProgramError
from blueprint.project import ROOT
from tests.support.functions import FUNCTIONS
from tests.support.tree import copied_program


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


def test_a_function_whose_paragraph_was_not_pasted_is_not_tested(tmp_path: Path) -> None:
    tree = copied_program(tmp_path)
    new(tree, "list-orders", "queue")
    with pytest.raises(ProgramError, match="does not make 'list-orders'"):
        check.commands(tree, "list-orders")
    new(tree, "count-orders", "queue", pasted=True)
    assert check.commands(tree, "count-orders")
