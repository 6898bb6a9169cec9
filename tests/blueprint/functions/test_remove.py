"""Functions removed from a copy of this tree."""

import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from blueprint.functions.cli import commands
from blueprint.functions.names import WrongName, folder_of
from blueprint.functions.new import TRIGGERS, new, paragraph
from blueprint.functions.program import paste
from blueprint.functions.program_removal import builders_on, file_of, removed
from blueprint.functions.remove import remove
from blueprint.functions.source import ProgramError
from blueprint.project import ROOT
from tests.support import scopes
from tests.support.functions import FEATURES, FUNCTIONS, expected
from tests.support.tree import check, copied, copied_program, run

IN_MAIN = [name for name in FUNCTIONS if file_of(ROOT, name).name == "__main__.py"]
OF_THE_PROGRAM = [
    "tests/test_layout.py",
    *(
        file
        for file in (f"tests/infra/{path.name}" for path in ROOT.glob("tests/infra/test_*.py"))
        if scopes.of_quick_tests(file) == scopes.RECORDINGS
    ),
    "tests/blueprint/test_cost.py",
    "tests/blueprint/test_documents.py",
    "tests/handlers/test_who_may.py",
    "tests/test_runbook.py",
]

WORKS_BEHIND = [
    name
    for name in FUNCTIONS
    if file_of(ROOT, name) != ROOT / "__main__.py"
    and not (ROOT / "handlers" / folder_of(name) / "operation.py").exists()
]
"""Functions without a route, without which their feature does not work."""
ALONE = [name for name in FUNCTIONS if name not in WORKS_BEHIND]


def last(trigger: str, among: list[str]) -> list[str]:
    """Return the last of these functions whose trigger begins so, if there is one."""
    return [name for name in among if expected()[name].trigger.startswith(trigger)][-1:]


GONE = [
    *last("cron(", IN_MAIN),
    *last("GET ", IN_MAIN),
    *last("GET ", [name for name in ALONE if name not in IN_MAIN]),
]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copied(tmp_path_factory.mktemp("remove") / "tree")
    for name in GONE:
        remove(folder, name)
    return folder


@pytest.mark.long
def test_nothing_of_them_is_left(tree: Path) -> None:
    for name in GONE:
        assert [p for p in tree.rglob(name.replace("-", "_")) if ".mypy_cache" not in str(p)] == []
        for stack in tree.glob("Pulumi.*.yaml"):
            assert name not in stack.read_text()
        assert all(
            name not in path.read_text()
            for path in (tree / "__main__.py", *tree.glob("features/*.py"))
        )


@pytest.mark.long
def test_the_whole_program_keeps_its_rules(tree: Path) -> None:
    """And no remaining test imports a deleted module."""
    run(tree, "-m", "ruff", "check", "--no-cache")
    left = [name for name in FUNCTIONS if name not in GONE]
    remaining = ("tests", "--ignore", "tests/images", "--ignore", "tests/checks/bench")
    check(tree, left, *OF_THE_PROGRAM, among=remaining)


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_what_was_added_can_be_removed(trigger: str, tmp_path: Path) -> None:
    """Nothing is left of it, not even what its trigger needed."""
    program = (ROOT / "__main__.py").read_text()
    copied_program(tmp_path)
    added = new(tmp_path, "count-users", trigger)  # type: ignore[arg-type]
    assert removed(paste(program, added.paragraph), "count-users").split() == program.split()


def read_all(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_was_added_but_not_pasted_can_be_removed_and_added_again(tmp_path: Path) -> None:
    tree = copied_program(tmp_path)
    (tree / "README.md").touch()
    before = read_all(tree)
    new(tree, "list-orders", "queue")
    done = CliRunner().invoke(commands, ["remove", "list-orders"], obj=SimpleNamespace(root=tree))
    assert done.output.startswith("The program makes no function 'list-orders'. Its files:\n\n")
    assert "deleted handlers/list_orders\n" in done.output
    assert "changed Pulumi.prod.yaml\n" in done.output
    assert "__main__.py" not in done.output
    assert read_all(tree) == before
    new(tree, "list-orders", "queue")


def test_a_name_has_files_if_one_of_its_folders_has_any(tmp_path: Path) -> None:
    tree = copied_program(tmp_path)
    (tree / "README.md").touch()
    left = tree / "images/list_orders/requirements.in"
    left.parent.mkdir(parents=True)
    left.touch()
    assert remove(tree, "list-orders").paths == [left.parent]
    with pytest.raises(WrongName, match="no function or feature 'list-orders'"):
        remove(tree, "list-orders")


@pytest.mark.parametrize("name", ["runtime", "domain", "list_orders", "../handlers/list-orders"])
def test_a_folder_that_is_no_functions_stays(name: str, tmp_path: Path) -> None:
    tree = copied_program(tmp_path)
    (tree / "README.md").touch()
    for folder in ("list_orders", "runtime", "domain"):
        (tree / "handlers" / folder).mkdir(parents=True)
        (tree / "handlers" / folder / "code.py").touch()
    before = read_all(tree)
    with pytest.raises(WrongName, match="no function or feature"):
        remove(tree, name)
    assert read_all(tree) == before


@pytest.mark.parametrize(
    "line",
    [
        'more = {"list-orders": made()}',
        "from handlers.list_orders.operation import LIST_ORDERS",
        "import handlers.list_orders.list_orders",
    ],
)
def test_files_that_the_program_uses_in_its_own_way_stay(line: str, tmp_path: Path) -> None:
    tree = copied_program(tmp_path)
    new(tree, "list-orders", "http")
    (tree / "features").mkdir()
    (tree / "features/more.py").write_text(f"{line}\n")
    before = read_all(tree)
    with pytest.raises(ProgramError, match=f"by hand:\nfeatures/more.py:1: {re.escape(line)}"):
        remove(tree, "list-orders")
    assert read_all(tree) == before


def test_lines_that_end_in_crlf_still_do(tmp_path: Path) -> None:
    files = [*ROOT.glob("Pulumi*.yaml"), *(ROOT / n for n in ("__main__.py", "requirements.txt"))]
    before = {path.name: path.read_bytes().replace(b"\n", b"\r\n") for path in files}
    for name, content in before.items():
        (tmp_path / name).write_bytes(content)
    new(tmp_path, "count-users", "queue", pasted=True)
    for name in ("__main__.py", "Pulumi.prod.yaml"):
        after = (tmp_path / name).read_bytes()
        assert b"count-users" in after
        assert after.count(b"\n") == after.count(b"\r\n")
    assert b"\r" not in (tmp_path / "handlers/count_users/handler.py").read_bytes()
    (tmp_path / "README.md").write_bytes(b"count-users\r\n")
    remove(tmp_path, "count-users")
    assert {name: (tmp_path / name).read_bytes() for name in before} == before


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("whole") / "tree")


@pytest.mark.long
@pytest.mark.parametrize(
    "name",
    [*ALONE, *(n.replace("_", "-") for n in sorted(FEATURES) if not builders_on(ROOT, n))],
)
def test_what_is_left_passes_the_linter(name: str, whole: Path) -> None:
    changed = remove(whole, name).paths
    try:
        run(whole, "-m", "ruff", "check", "--no-cache")
    finally:  # the next test removes another from the same copy
        for path in changed:
            original = ROOT / path.relative_to(whole)
            (shutil.copytree if original.is_dir() else shutil.copyfile)(original, path)


@pytest.mark.parametrize("name", ALONE)
def test_each_function_of_the_program_can_be_removed(name: str) -> None:
    assert f'"{name}"' not in removed(file_of(ROOT, name).read_text(), name)


def test_imports_that_are_not_the_functions_stay() -> None:
    program = (ROOT / "__main__.py").read_text()
    more = "from os import path as p, sep\n"
    changed = removed(program.replace("import pulumi\n", f"import pulumi\n{more}"), IN_MAIN[0])
    assert more in changed


def test_a_program_is_cut_where_python_counts_its_lines() -> None:
    odd = "# one\u2028two\x0cthree\n"
    changed = removed(odd + (ROOT / "__main__.py").read_text(), IN_MAIN[0])
    assert changed == odd + removed((ROOT / "__main__.py").read_text(), IN_MAIN[0])


def test_a_function_can_be_added_to_what_is_left_of_an_emptied_program(tmp_path: Path) -> None:
    program = (ROOT / "__main__.py").read_text()
    for name in IN_MAIN:
        program = removed(program, name)
    added = paste(program, paragraph(ROOT, "count-users", "http"))
    assert added.count("count-users") == 4  # its entry, its description, its route and its function


def test_lines_that_name_it_are_listed_once_but_for_generated_ones(tmp_path: Path) -> None:
    copied_program(tmp_path)
    new(tmp_path, "count-users", "queue", pasted=True)
    begin, end = "<!-- table: written by `make documents` -->", "<!-- end of table -->"
    (tmp_path / "README.md").write_text(
        f"{begin}\n| count-users |\n{end}\nRun count-users, count-users-2.\nOf count-users-2.\n"
    )
    (tmp_path / "config.py").write_text("# of count-users\n")
    assert remove(tmp_path, "count-users").mentions == [
        "README.md:4: Run count-users, count-users-2.",
        "config.py:1: # of count-users",
    ]


def test_settings_that_nothing_reads_any_more_are_listed(tmp_path: Path) -> None:
    tree = copied_program(tmp_path)
    main = tree / "__main__.py"
    (tree / "README.md").touch()
    new(tree, "count-users", "schedule", pasted=True)
    main.write_text(main.read_text().replace('"cron(30 0 * * ? *)"', "config.schedules.count"))
    first, *others = remove(tree, "count-users").mentions
    assert first == "config.py: schedules.count, which the program no longer reads"
    assert not [line for line in others if line.startswith("config.py")]


def test_an_unknown_function_is_refused() -> None:
    with pytest.raises(WrongName, match=f"Functions: .*{FUNCTIONS[0]}.* Features: "):
        remove(ROOT, "no-such")
    with pytest.raises(WrongName, match=f"Did you mean '{FUNCTIONS[0]}'"):
        remove(ROOT, f"{FUNCTIONS[0]}s")


def test_what_only_a_person_can_undo_is_said() -> None:
    program = (ROOT / "__main__.py").read_text() + f'\nprint(["{IN_MAIN[0]}"])\n'
    with pytest.raises(ProgramError, match="by hand"):
        removed(program, IN_MAIN[0])


@pytest.mark.parametrize("name", WORKS_BEHIND)
def test_what_a_feature_does_not_work_without_goes_with_it_only(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blueprint.functions.remove.write", pytest.fail)  # of this very tree
    feature = file_of(ROOT, name).stem.replace("_", "-")
    with pytest.raises(
        ProgramError, match=rf"does not work without {name}.*app remove {feature}\."
    ):
        remove(ROOT, name)
