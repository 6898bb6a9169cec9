"""Functions removed from a copy of this tree."""

from pathlib import Path

import pytest

from blueprint.functions.names import WrongName
from blueprint.functions.new import TRIGGERS, new
from blueprint.functions.program import ProgramError, paste, removed
from blueprint.functions.remove import remove
from blueprint.project import ROOT
from tests.support.functions import FUNCTIONS
from tests.support.tree import WRITE_DOCUMENTS, copied, recorded_functions, run

GONE = [name for name in ("daily-report", "get-user") if name in FUNCTIONS]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copied(tmp_path_factory.mktemp("remove") / "tree")
    for name in GONE:
        remove(folder, name)
    run(folder, "-c", WRITE_DOCUMENTS)
    return folder


def test_the_program_registers_the_others_in_every_stack(tree: Path) -> None:
    left = [name for name in FUNCTIONS if name not in GONE]
    assert recorded_functions(tree) == dict.fromkeys(["local", "dev", "prod", "compose"], left)


def test_nothing_of_them_is_left(tree: Path) -> None:
    for name in GONE:
        assert [p for p in tree.rglob(name.replace("-", "_")) if ".mypy_cache" not in str(p)] == []
        for stack in tree.glob("Pulumi.*.yaml"):
            assert name not in stack.read_text()
        assert name not in (tree / "__main__.py").read_text()


@pytest.mark.long
def test_the_whole_program_keeps_its_rules(tree: Path) -> None:
    run(tree, "-m", "ruff", "check", "__main__.py", "handlers", "infra")
    run(
        tree, "-m", "pytest", "-q", "-p", "no:cacheprovider",
        "tests/test_layout.py", "tests/infra/test_program_runs.py",
        "tests/infra/test_components.py", "tests/infra/test_iam_documents.py",
        "tests/blueprint/test_documents.py",
        "tests/test_runbook.py",
    )  # fmt: skip


@pytest.mark.long
def test_all_other_tests_can_be_collected(tree: Path) -> None:
    """No module of theirs imports what is gone."""
    run(
        tree,
        "-m",
        "pytest",
        "-q",
        "--collect-only",
        "--ignore",
        "tests/images",
        "--ignore",
        "tests/checks/bench",
    )


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_what_was_added_can_be_removed(trigger: str, tmp_path: Path) -> None:
    """Nothing is left of it, not even what its trigger needed."""
    program = (ROOT / "__main__.py").read_text()
    for path in (*ROOT.glob("Pulumi*.yaml"), ROOT / "__main__.py", ROOT / "requirements.txt"):
        (tmp_path / path.name).write_text(path.read_text())
    added = new(tmp_path, "count-users", trigger)  # type: ignore[arg-type]
    assert removed(paste(program, added.paragraph), "count-users").split() == program.split()


def test_an_unknown_function_is_refused() -> None:
    with pytest.raises(WrongName, match=f"Functions: .*{FUNCTIONS[0]}"):
        remove(ROOT, "no-such")


def test_what_only_a_person_can_undo_is_said() -> None:
    program = (ROOT / "__main__.py").read_text() + f'\nprint(["{FUNCTIONS[0]}"])\n'
    with pytest.raises(ProgramError, match="by hand"):
        removed(program, FUNCTIONS[0])
