"""A team can delete a tool that it does not need: docs/upgrading.md says how."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from blueprint.project import ROOT
from tests.support.tree import copied, run, run_tests

pytestmark = pytest.mark.long  # a copy of the tree, and all its tests collected, for each tool

SECTION = (ROOT / "docs/upgrading.md").read_text().partition("\n## Delete a tool\n")[2]
TABLE = re.findall(r"^\| [\w ]+ \| (`.*`) \|$", SECTION, re.M)
TOOLS = {parts[0].rstrip("/"): parts for parts in (re.findall(r"`([^`]+)`", row) for row in TABLE)}


def test_these_tools_are_optional() -> None:
    assert list(TOOLS) == ["checks/bench", "checks/chaos", "ops/release", "bootstrap"]


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_can_be_deleted(tool: str, tmp_path: Path) -> None:
    tree = copied(tmp_path / "tree")
    for pattern in TOOLS[tool]:
        found = list(tree.glob(pattern))
        assert found, pattern
        for path in found:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    delete_mentions(tree, TOOLS[tool])
    commands = run(tree, "cli.py", "--help")
    assert bool(re.search("^  release ", commands, re.M)) == (tool != "ops/release")
    assert subprocess.check_output(["make", "help"], cwd=tree)
    run_tests(tree, "tests/test_layout.py", "tests/test_commands_in_documents.py")


def delete_mentions(tree: Path, deleted: list[str]) -> None:
    """Delete what still names a deleted path or its make targets, as docs/upgrading.md says."""
    makefile = tree / "Makefile"
    rules = makefile.read_text().split("\n\n")
    paths = [
        re.escape(name.rstrip("/")).replace("/", "[./]").replace(r"\*", "[^/ ]+")
        for name in deleted
    ]
    gone = [rule for rule in rules if "$(LOCK) " not in rule and re.search("|".join(paths), rule)]
    makefile.write_text("\n\n".join(rule for rule in rules if rule not in gone))
    targets = [f"make {rule.partition(':')[0]}\\b" for rule in gone]
    links = [rf"\b{Path(name).name}\b" for name in deleted if name.endswith(".md")]
    mention = re.compile("|".join(paths + targets + links))
    documents = [tree / "README.md", *(tree / "docs").glob("*.md"), tree / "CONTRIBUTING.md"]
    programs = [makefile, tree / ".ci/run", tree / "cli.py", tree / "tests/conftest.py"]
    for path in [*programs, *documents]:
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not mention.search(line)))
    for path in (tree / ".github/workflows").glob("*.yml"):
        steps = re.split(r"^(?=      - )", path.read_text(), flags=re.M)
        kept = [step for step in steps if not re.search("|".join(targets) or "$^", step)]
        words = [rf" {target.removeprefix('make ')}(?=[ \n])" for target in targets]
        path.write_text(re.sub("|".join(words) or "$^", "", "".join(kept)))
    project = tree / "pyproject.toml"
    project.write_text(project.read_text().replace(f'"{deleted[0].rstrip("/")}", ', ""))
