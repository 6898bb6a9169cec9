"""Features removed from a copy of this tree."""

from pathlib import Path

import pytest

from blueprint.functions.program import ProgramError
from blueprint.functions.program_removal import functions_of, without_feature
from blueprint.functions.remove import is_feature, remove_feature
from blueprint.project import ROOT
from tests.support.functions import FEATURES, FUNCTIONS
from tests.support.tree import WRITE_DOCUMENTS, copied, recorded_functions, run

REMOVABLE = sorted(FEATURES & {"activity"})
"""The features that no other one needs."""


@pytest.mark.parametrize("feature", REMOVABLE)
def test_the_program_keeps_all_else(feature: str) -> None:
    program = (ROOT / "__main__.py").read_text()
    left = without_feature(program, feature)
    compile(left, "__main__.py", "exec")
    lines, before = left.splitlines(), program.splitlines()
    assert feature not in left
    assert len(lines) > 0.9 * len(before)
    assert left.count("Function(") == program.count("Function(")


@pytest.mark.long
@pytest.mark.parametrize("feature", REMOVABLE)
def test_a_feature_can_be_removed(feature: str, tmp_path: Path) -> None:
    """The copy's own tests hold: those that are quick, and look at the whole program."""
    tree = copied(tmp_path / "tree")
    gone = functions_of((tree / "features" / f"{feature}.py").read_text())
    removed = remove_feature(tree, feature)
    assert not is_feature(tree, feature)
    run(tree, "-c", WRITE_DOCUMENTS)
    left = [name for name in FUNCTIONS if name not in gone]
    assert recorded_functions(tree) == dict.fromkeys(["local", "dev", "prod", "compose"], left)
    assert all(path.exists() for path in removed.paths if path.name == "__main__.py")
    run(tree, "-m", "ruff", "check", "__main__.py", "features", "handlers", "tests")
    run(
        tree, "-m", "pytest", "-q", "-p", "no:cacheprovider",
        "tests/test_layout.py", "tests/infra/test_program_runs.py",
        "tests/infra/test_components.py", "tests/infra/test_iam_documents.py",
        "tests/blueprint/test_documents.py", "tests/handlers/test_who_may.py",
        "tests/functions/daily_report/test_handler.py", "tests/test_runbook.py",
    )  # fmt: skip
    run(tree, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--collect-only", "tests")


def test_what_only_a_person_can_undo_is_said() -> None:
    program = (ROOT / "__main__.py").read_text()
    with pytest.raises(ProgramError, match=r"makes no feature of features/nothing\.py"):
        without_feature(program, "nothing")
