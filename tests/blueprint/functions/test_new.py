"""Functions added to a copy of this tree, one for each trigger."""

import json
import re
import shutil
import tempfile
from pathlib import Path

import pulumi
import pytest

from blueprint.functions.names import WrongName, check_new, folder_of, longest_name
from blueprint.functions.new import TRIGGERS, Trigger, new, paragraph
from blueprint.functions.program import Paragraph, paste
from blueprint.functions.rename import rename
from blueprint.functions.requirements import pinned
from blueprint.functions.source import ProgramError
from blueprint.project import ROOT, ProjectError, stacks
from infra.config.names import room_for_names
from tests.support.functions import FUNCTIONS
from tests.support.tree import check, copied, copied_program, run

PROD = (ROOT / "Pulumi.prod.yaml").read_text()
NEW = {trigger: f"count-{trigger}" for trigger in TRIGGERS}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copied(tmp_path_factory.mktemp("new") / "tree")
    main = folder / "__main__.py"
    for trigger, name in NEW.items():
        added = new(folder, name, trigger)
        main.write_text(paste(main.read_text(), added.paragraph))
    return folder


def folders(name: str) -> list[str]:
    folder = name.replace("-", "_")
    return [f"{place}/{folder}" for place in ("handlers", "images", "tests/functions")]


@pytest.mark.long
def test_what_is_written_has_types(tree: Path) -> None:
    run(tree, "-m", "mypy", *(f"handlers/{name.replace('-', '_')}" for name in NEW.values()))


def test_what_is_written_is_formatted_whatever_its_name(tmp_path: Path) -> None:
    """A project with a short name has the longest names of functions."""
    for trigger in TRIGGERS:
        for start in ["x", "list-orders", "zip-files", "archive-orders", "archive-orders-"]:
            tree = tmp_path / trigger / start
            tree.mkdir(parents=True)
            shutil.copyfile(ROOT / "pyproject.toml", tree / "pyproject.toml")
            (copied_program(tree) / "Pulumi.yaml").write_text("name: a\n")
            name = start.ljust(longest_name(tree), "y") if start.endswith("-") else start
            new(tree, name, trigger, pasted=True)
    run(tmp_path, "-m", "ruff", "check", "--no-cache")
    run(tmp_path, "-m", "ruff", "format", "--check", "--no-cache")


def test_requirements_are_those_of_make_lock(tree: Path) -> None:
    """They are as in functions with the same requirements, which ``make lock`` wrote."""
    compared = 0
    for name in map(folder_of, NEW.values()):
        for like in map(folder_of, FUNCTIONS):
            made, locked = (tree / "images" / each for each in (name, like))
            if _read(made, "in") == _read(locked, "in"):
                assert _read(made, "txt") == _read(locked, "txt")
                compared += 1
    assert compared


def test_requirements_of_other_platforms_are_left_out() -> None:
    pins = pinned(ROOT, ["typer"])
    assert "\nrich==" in pins
    assert "colorama==" not in pins  # required on Windows only


def _read(image: Path, ending: str) -> str:
    return (image / f"requirements.{ending}").read_text()


@pytest.mark.long
def test_the_whole_program_keeps_its_rules_and_their_tests_pass(tree: Path) -> None:
    """Their own tests, and those of the whole program that read what their folders say."""
    rules = [
        "tests/test_layout.py",
        "tests/infra/test_program_runs.py",
        "tests/infra/test_components.py",
        "tests/blueprint/test_documents.py",
    ]
    theirs = [
        *(folders(name)[2] for name in NEW.values()),
        "tests/handlers/runtime/test_deadline.py",
        "tests/handlers/runtime/test_what_is_logged.py",
        "tests/infra/test_iam_documents.py",
        "tests/infra/test_time_limits.py",
        "tests/infra/test_how_functions_start.py",
        "tests/infra/test_settings_are_grants.py",
    ]
    functions = [*FUNCTIONS, *NEW.values()]
    check(tree, functions, *rules, among=[*rules, *theirs], also="count_ or count-")
    assert "/count-http" in json.loads((tree / "openapi.json").read_text())["paths"]


def test_the_program_and_the_settings_know_them(tree: Path) -> None:
    program = (tree / "__main__.py").read_text()
    assert 'Route("GET", "/count-http", functions["count-http"], COUNT_HTTP)' in program
    settings = (tree / "Pulumi.prod.yaml").read_text()
    for name in NEW.values():
        assert f'"{name}": Function(' in program
        assert f"    {name}:\n      reservedConcurrency: 2\n" in settings
    assert settings.count("snapStart: true") == PROD.count("snapStart: true") + 1  # the route's


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Count", "lower-case letters"),
        ("count_users", "lower-case letters"),
        ("count--users", "lower-case letters"),
        ("-count", "lower-case letters"),
        ("1st", "begin with a letter"),
        ("", "lower-case letters"),
        ("x" * 100, "at most"),
        ("import", "a word of Python"),
        ("match", "a word of Python"),
        ("type", "a word of Python"),
        ("runtime", "a shared folder"),
        (FUNCTIONS[0], "is taken"),
    ],
)
def test_a_name_that_cannot_be_is_refused(name: str, reason: str) -> None:
    with pytest.raises(WrongName, match=reason):
        check_new(ROOT, name)


@pytest.mark.parametrize(
    ("name", "trigger", "variable"),
    [
        ("users", "queue", "users"),
        ("new-users", "schedule", "new_users"),
        ("pulumi", "stream", "pulumi"),
        ("components", "http", "COMPONENTS"),
        ("old", "queue", "old_messages"),
    ],
)
def test_a_name_that_would_replace_a_variable_of_the_program_is_refused(
    tmp_path: Path, name: str, trigger: Trigger, variable: str
) -> None:
    program = (ROOT / "__main__.py").read_text() + "for old_messages in []:\n    pass\n"
    (tmp_path / "__main__.py").write_text(program)
    (tmp_path / "Pulumi.yaml").write_text("name: small\n")
    with pytest.raises(WrongName, match=f"{name}' is not .* has a variable {variable} already"):
        new(tmp_path, name, trigger, pasted=True)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    ("name", "trigger"), [("handler", "schedule"), ("http", "http"), ("batch", "queue")]
)
def test_a_name_that_the_functions_modules_need_is_refused(
    tmp_path: Path, name: str, trigger: Trigger
) -> None:
    tree = copied_program(tmp_path)
    before = sorted(tree.rglob("*"))
    with pytest.raises(WrongName, match=rf"'{name}' is not allowed: handler\.py"):
        new(tree, name, trigger)
    assert sorted(tree.rglob("*")) == before


def test_the_names_of_the_project_and_its_stacks_leave_less(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text(f"name: {'x' * 20}\n")
    (tmp_path / "Pulumi.prod.yaml").touch()
    longest = longest_name(tmp_path)
    check_new(tmp_path, "x" * longest)
    with pytest.raises(WrongName, match=rf"at most {longest} are left .*: app rename <name>"):
        check_new(tmp_path, "x" * (longest + 1))


def test_a_name_is_not_longer_than_the_lines_hold(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: a\n")
    check_new(tmp_path, "x" * 28)
    with pytest.raises(WrongName, match=r"at most 28 are allowed\. Choose a shorter name\.$"):
        check_new(tmp_path, "x" * 29)


def test_the_longest_name_of_a_project_leaves_room_for_functions(tmp_path: Path) -> None:
    project = "x" * (room_for_names() - max(map(len, stacks(ROOT))))
    tree = copied(tmp_path / "tree")
    rename(tree, project)
    check_new(tree, "count-things")
    with pytest.raises(pulumi.RunError, match=f"{len(project)} for the project's"):
        rename(tree, project + "x")


def test_nothing_is_written_for_a_name_that_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: small\n")
    with pytest.raises(WrongName):
        new(tmp_path, "No", "http")
    assert [path.name for path in tmp_path.iterdir()] == ["Pulumi.yaml"]


def test_a_schedule_is_named_after_its_function_and_no_longer_than_functions_are() -> None:
    """The names of project and stack leave room for functions' names, and for no longer one."""
    program = (ROOT / "__main__.py").read_text()
    longest = "x" * longest_name(ROOT)
    for name in ["list-mails", "sum-days", "a", longest, f"{longest[1:]}y"]:
        program = paste(program, paragraph_in(program, name, "schedule"))
    made = re.findall(r'ScheduleTrigger\("([^"]+)"', program)
    expected = ["list-mails-run", "sum-days-run", "a-run", f"{longest[4:]}-run", f"{longest[2:]}-2"]
    assert made[-5:] == expected


def paragraph_in(program: str, name: str, trigger: Trigger) -> Paragraph:
    with tempfile.TemporaryDirectory() as folder:
        other = copied_program(Path(folder)) / "handlers/process_upload/handler.py"
        other.parent.mkdir(parents=True)
        other.touch()
        (Path(folder) / "__main__.py").write_text(program)
        return paragraph(Path(folder), name, trigger)


@pytest.mark.parametrize(
    ("trigger", "described"),
    [
        ("http", "GET /note-mail"),
        ("queue", "Messages of note-mail-messages"),
        ("stream", "New users"),
        ("bucket", "Files of files"),
        ("schedule", "Once a day"),
    ],
)
def test_a_function_is_described_by_what_invokes_it(trigger: Trigger, described: str) -> None:
    """True whatever its author makes of the template."""
    added = paragraph_in((ROOT / "__main__.py").read_text(), "note-mail", trigger)
    assert f'description="{described}",' in added.entry


def test_an_item_is_pasted_into_the_line_if_it_fits() -> None:
    program = (ROOT / "__main__.py").read_text()
    for name in ("note-mail", "other-mail"):
        program = paste(program, paragraph_in(program, name, "queue"))
    assert (
        "    queues=[emails_to_send, note_mail_queue,\n        other_mail_queue], streams=["
    ) in program
    assert max(map(len, program.splitlines())) <= 100


@pytest.mark.parametrize(("name", "trigger"), [("users", "queue"), ("cors", "http")])
def test_a_paragraph_is_not_pasted_where_its_variables_are_missing(
    tmp_path: Path, name: str, trigger: Trigger
) -> None:
    tree = copied_program(tmp_path)
    main = tree / "__main__.py"
    main.write_text(re.sub(rf"(?<![\"\w-]){name}(?![\w\"-])", "others", main.read_text()))
    before = main.read_text()
    with pytest.raises(ProgramError, match=f"no variable {name}, .* without --paste"):
        new(tree, "count-things", trigger, pasted=True)
    assert main.read_text() == before
    assert not (tree / "handlers/count_things").exists()


@pytest.mark.parametrize(
    ("content", "error"),
    [(b"stack = (", "not valid Python; line 1"), (b"# \xff", "not UTF-8 text")],
)
def test_a_broken_program_is_an_error_that_names_the_place(
    tmp_path: Path, content: bytes, error: str
) -> None:
    tree = copied_program(tmp_path)
    (tree / "__main__.py").write_bytes(content)
    with pytest.raises((ProgramError, ProjectError), match=error):
        new(tree, "count-things", "queue", pasted=True)


@pytest.mark.parametrize("content", ["", "- name", "name: 5", "name: [", "{}"])
def test_a_broken_project_file_is_an_error(tmp_path: Path, content: str) -> None:
    tree = copied_program(tmp_path)
    (tree / "Pulumi.yaml").write_text(content)
    with pytest.raises(ProjectError, match=r"Pulumi\.yaml"):
        new(tree, "count-things", "queue")


def test_bytecode_that_git_left_takes_no_name(tmp_path: Path) -> None:
    tree = copied_program(tmp_path)
    left = tree / "handlers/count_things/__pycache__/handler.cpython-311.pyc"
    left.parent.mkdir(parents=True)
    left.touch()
    new(tree, "count-things", "queue")
    with pytest.raises(WrongName, match="is taken: handlers/count_things exists"):
        new(tree, "count-things", "queue")
