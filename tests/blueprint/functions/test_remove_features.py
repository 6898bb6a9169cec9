"""Features removed from a copy of this tree, each with its functions."""

import re
from pathlib import Path

import pytest

from blueprint.functions.program_removal import (
    builders_on,
    file_of,
    functions_of,
    removed,
    without_feature,
)
from blueprint.functions.remove import remove
from blueprint.functions.source import ProgramError
from blueprint.project import ROOT
from tests.support.functions import FEATURES, FUNCTIONS
from tests.support.tree import check, copied, copied_program, run

OF_ANY_PROGRAM = [
    "tests/test_layout.py",
    "tests/infra/test_settings_are_grants.py",
    "tests/infra/test_iam_documents.py",
    "tests/blueprint/test_documents.py",
]
"""Tests that list nothing of the program, such as its outputs or tables."""

POLICIES = "policy/test_a_stack_keeps_every_rule_that_must_hold_there"


def test_of_a_feature_its_page_is_left(tmp_path: Path) -> None:
    tree = copied_program(tmp_path)
    for folder in ("features", "docs"):
        (tree / folder).mkdir()
    (tree / "features/extra.py").write_text('"""A feature."""\n')
    (tree / "docs/extra.md").write_text("# Extra\n[itself](extra.md)\n")
    (tree / "README.md").write_text("[Extra](docs/extra.md)\n[other](docs/more-extra.md)\n")
    assert remove(tree, "extra").mentions == [
        "docs/extra.md: the whole page",
        "README.md:1: [Extra](docs/extra.md)",
    ]


@pytest.mark.parametrize("feature", sorted(FEATURES))
def test_nothing_of_a_feature_is_left_in_the_program(feature: str) -> None:
    module = (ROOT / "features" / f"{feature}.py").read_text()
    functions = functions_of(module, FUNCTIONS)
    program = without_feature((ROOT / "__main__.py").read_text(), feature, functions)
    compile(program, "__main__.py", "exec")
    assert f"features.{feature} " not in program
    assert not re.search(rf"^{feature}\b", program, re.M)
    assert not any(f'"{name}"' in program for name in functions)


@pytest.mark.needs("erasure")
def test_a_feature_that_others_build_on_goes_after_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blueprint.functions.remove.write", pytest.fail)  # of this very tree
    first = ", ".join(
        f"app remove {name.replace('_', '-')}" for name in builders_on(ROOT, "uploads")
    )
    assert "app remove erasure" in first
    with pytest.raises(ProgramError, match=rf"Remove them first: {first}$"):
        remove(ROOT, "uploads")


BASE = {"uploads"}
"""Other features and tools build on it: tests of these do not work without it."""


@pytest.mark.long
@pytest.mark.parametrize("feature", sorted(FEATURES))
def test_a_feature_can_be_removed(feature: str, tmp_path: Path) -> None:
    tree = copied(tmp_path / "tree")
    gone: list[str] = []
    for name in [*builders_on(ROOT, feature), feature]:
        gone += functions_of((ROOT / "features" / f"{name}.py").read_text(), FUNCTIONS)
        remove(tree, name.replace("_", "-"))
    run(tree, "-m", "ruff", "check", "--no-cache")
    left = [name for name in FUNCTIONS if name not in gone]
    among = OF_ANY_PROGRAM if feature in BASE else ["tests"]
    check(tree, left, *OF_ANY_PROGRAM, POLICIES, among=among)


def test_a_features_functions_can_all_be_removed() -> None:
    for path in ROOT.glob("features/*.py"):
        program = path.read_text()
        for name in (n for n in FUNCTIONS if file_of(ROOT, n) == path):
            if states := re.findall(rf'.*step\("{name}".*\n', program):
                # What a state machine does without a step, only a person can say.
                with pytest.raises(ProgramError, match=f"names {name}. Edit these lines by hand"):
                    removed(program, name)
                for state in states:
                    program = program.replace(state, "")
            program = removed(program, name)
        compile(program, path.name, "exec")
        assert not any(f'"{name}"' in program for name in FUNCTIONS)
