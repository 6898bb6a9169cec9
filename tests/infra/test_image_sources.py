"""The sources of an image: the function's folder and what it imports, nothing else."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from images import context
from images.sources import handler_sources
from tests.support.sources import write

ROOT = context.ROOT
FUNCTIONS = sorted(
    path.parent.name for path in (context.ROOT / "images").glob("*/requirements.txt")
)


def sources_of(root: Path, function: str = "greet") -> set[str]:
    return {
        path.relative_to(root / "handlers").as_posix() for path in handler_sources(root, function)
    }


OWN = {"__init__.py", "greet/__init__.py", "greet/handler.py"}
DOMAIN = {"domain/__init__.py", "domain/user.py"}


@pytest.mark.parametrize(
    ("statement", "more"),
    [
        ("", set()),
        ("import json, botocore.session", set()),
        ("import handlers.domain.user", DOMAIN),
        ("import handlers.domain.user as user, json", DOMAIN),
        ("from handlers.domain import user", DOMAIN),  # a module of the package
        ("from handlers.domain.user import User", DOMAIN),  # a name of the module
        ("from handlers.domain import VERSION", {"domain/__init__.py"}),
        ("from handlers import domain", {"domain/__init__.py"}),
        ("from ..domain import user", DOMAIN),
        ("from ..domain.user import User", DOMAIN),
        ("from .. import domain", {"domain/__init__.py"}),
        ("from . import words", {"greet/words.py"}),
        ("from .words import HELLO", {"greet/words.py"}),
        ("def greet():\n    from handlers.domain import user", DOMAIN),
        ("if False:\n    import handlers.domain.user", DOMAIN),
        ("import handlers.nowhere.module", set()),
        ("# import handlers.domain.user\n'import handlers.domain.user'", set()),
    ],
)
def test_an_import_brings_its_module_and_the_packages_above_it(
    tmp_path: Path, statement: str, more: set[str]
) -> None:
    root = write(
        tmp_path,
        greet__handler=statement,
        domain__user="",
        domain__other="",
        bye__handler="",
    )
    if "words" in statement:  # every module of its own folder belongs to it, imported or not
        write(tmp_path, greet__words="")
    assert sources_of(root) == OWN | more


def test_imports_are_followed_through_others_and_round_in_circles(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        greet__handler="from handlers.domain import first",
        domain__first="from handlers.runtime import second",
        runtime__second="from handlers.domain.first import name",
        runtime__third="",
    )
    assert sources_of(root) == OWN | {
        "domain/__init__.py",
        "domain/first.py",
        "runtime/__init__.py",
        "runtime/second.py",
    }


def test_what_a_package_imports_counts(tmp_path: Path) -> None:
    root = write(tmp_path, greet__handler="from handlers.domain import VERSION", runtime__log="")
    (root / "handlers/domain").mkdir()
    (root / "handlers/domain/__init__.py").write_text("from handlers.runtime import log")
    assert sources_of(root) == OWN | {"domain/__init__.py", "runtime/__init__.py", "runtime/log.py"}


def test_all_files_of_the_folder_belong_to_it_but_for_caches_and_hidden_ones(
    tmp_path: Path,
) -> None:
    root = write(tmp_path, greet__handler="", greet__unused="")
    for name in (
        "templates/a.html",
        "b.txt",
        ".hidden",
        ".git/config",
        "__pycache__/handler.cpython-313.pyc",
        "templates/.swp",
    ):
        path = root / "handlers/greet" / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert sources_of(root) == OWN | {"greet/unused.py", "greet/templates/a.html", "greet/b.txt"}


def test_a_hidden_folder_above_the_project_hides_nothing(tmp_path: Path) -> None:
    assert sources_of(write(tmp_path / ".work", greet__handler="")) == OWN


def test_a_module_that_does_not_parse_is_left_to_the_build(tmp_path: Path) -> None:
    assert sources_of(write(tmp_path, greet__handler="def broken(:")) == OWN


def test_the_order_is_always_the_same(tmp_path: Path) -> None:
    root = write(tmp_path, greet__handler="import handlers.domain.user", domain__user="")
    paths = handler_sources(root, "greet")
    assert paths == sorted(set(paths))


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the sources that tests may edit."""
    for folder in ("handlers", "images"):
        shutil.copytree(
            context.ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    monkeypatch.setattr(context, "ROOT", tmp_path)
    return tmp_path


def edited(tree: Path, module: str) -> set[str]:
    """Edit a module, and return the functions whose images change."""
    before = {function: context.fingerprint(function) for function in FUNCTIONS}
    path = tree / module
    path.write_text(f"{path.read_text()}\nEDITED = True\n")
    return {function for function in FUNCTIONS if context.fingerprint(function) != before[function]}


def test_an_edit_changes_the_images_that_use_the_module(tree: Path) -> None:
    assert edited(tree, "handlers/runtime/log.py") == set(FUNCTIONS)
    assert edited(tree, "images/build.py") == set(FUNCTIONS)
    shared = tree / "handlers/domain/user_store.py"
    users = {function for function in FUNCTIONS if shared in handler_sources(tree, function)}
    assert edited(tree, "handlers/domain/user_store.py") == users
    assert edited(tree, f"handlers/{FUNCTIONS[0]}/handler.py") == {FUNCTIONS[0]}


def documented() -> dict[str, str]:
    """Return the table of docs/architecture.md: the rebuilt images by edited file or folder."""
    page = (ROOT / "docs" / "architecture.md").read_text()
    rows = page.partition("<!-- rebuilds")[2].partition("<!-- end of rebuilds")[0].splitlines()
    cells = [row.strip("| ").split(" | ") for row in rows if row.startswith("| ")]
    return {name: images for names, images in cells for name in re.findall("`(.+?)`", names)}


def rebuilt_by_table(file: str, table: dict[str, str]) -> set[str]:
    """Return the functions whose images an edit of a file rebuilds, by the table."""
    top, folder, *rest = file.split("/")
    if folder in FUNCTIONS:
        described = rest in (["operation.py"], ["schema.graphql"])
        own = not described if top == "handlers" else rest == ["requirements.txt"]
        return {folder} if own else set()
    images = table.get(file, "")
    return {f for f in FUNCTIONS if images == "all" or f.replace("_", "-") in images.split(", ")}


def files_of(folder: Path) -> list[Path]:
    return sorted(
        path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    )


@contextmanager
def changed(*paths: Path) -> Iterator[None]:
    """Change the contents of files, for a while."""
    contents = {path: path.read_bytes() for path in paths}
    for path, content in contents.items():
        path.write_bytes(content + b"\n# edited\n")
    yield
    for path, content in contents.items():
        path.write_bytes(content)


def test_the_table_says_what_every_edit_rebuilds() -> None:
    table = documented()
    files = [path for folder in ("handlers", "images") for path in files_of(ROOT / folder)]
    names = {str(path.relative_to(ROOT)) for path in files}
    shared = {name for name in table if "<" not in name and "/" in name}
    assert shared <= names
    rebuilt = {path: rebuilt_by_table(str(path.relative_to(ROOT)), table) for path in files}
    for function in FUNCTIONS:
        own = {path for path in files if function in rebuilt[path]}
        assert set(context.sources(function).values()) == own, function


def test_an_image_changes_with_each_of_its_sources_and_with_no_other_file(tree: Path) -> None:
    function = FUNCTIONS[0]
    before = context.fingerprint(function)
    own = set(context.sources(function).values())
    for path in sorted(own):  # each alone
        with changed(path):
            assert context.fingerprint(function) != before, path
    with changed(*(path for path in files_of(tree) if path not in own)):  # all others together
        assert context.fingerprint(function) == before
