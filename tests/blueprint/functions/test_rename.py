"""The project renamed on a copy of this tree."""

from pathlib import Path

import pulumi
import pytest

from blueprint.functions.names import WrongName
from blueprint.functions.rename import EXAMPLE, rename
from blueprint.project import ROOT, project_name
from tests.support.functions import FUNCTIONS
from tests.support.tree import check, copied

NAME = EXAMPLE if project_name(ROOT) != EXAMPLE else EXAMPLE.replace("orders", "sales")
"""Another name, whatever the project is called."""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copied(tmp_path_factory.mktemp("rename") / "tree")
    rename(folder, NAME)
    return folder


def with_the_old_name(tree: Path) -> list[Path]:
    old = project_name(ROOT)
    texts = [p for p in tree.rglob("*") if p.suffix in {".py", ".yaml", ".yml", ".md", ".json"}]
    return [path for path in texts if old in path.read_text()]


def test_the_old_name_stands_nowhere(tree: Path) -> None:
    assert with_the_old_name(tree) == []


@pytest.mark.long
def test_every_stack_is_recorded_and_tests_that_compare_names_pass(tree: Path) -> None:
    modules = [
        "tests/blueprint/functions/test_new.py",
        "tests/blueprint/functions/test_rename.py",
        "tests/blueprint/test_documents.py",
        "tests/infra/test_components.py",
        "tests/infra/test_stack_config.py",
    ]
    check(tree, FUNCTIONS, *modules, among=modules)
    assert with_the_old_name(tree) == []


def test_a_project_whose_name_was_changed_by_hand_is_renamed_as_a_whole(tmp_path: Path) -> None:
    tree, old = copied(tmp_path / "tree"), project_name(ROOT)
    (tree / "Pulumi.yaml").write_text(
        (tree / "Pulumi.yaml").read_text().replace(f"name: {old}", f"name: {NAME}")
    )
    rename(tree, NAME)
    assert with_the_old_name(tree) == []


def test_keys_of_several_names_are_told(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {aws:region: x, a:api: {}, b:api: {}}\n")
    with pytest.raises(WrongName, match=r"'shop'.* begin with: a, b"):
        rename(tmp_path, "acme-orders")


def test_a_folder_that_is_no_repository_is_renamed_but_for_its_environments(tmp_path: Path) -> None:
    for folder in (".git", ".venv", "env", "node_modules", ".github", "docs"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "file").write_bytes(b"of shop\r\n\nand shop\n")
    (tmp_path / "env" / "pyvenv.cfg").touch()
    (tmp_path / "Pulumi.yaml").write_text("name: shop\n")
    (tmp_path / "picture").write_bytes(b"shop\xff")
    (tmp_path / "LICENSE").write_text("Copyright (c) 2026 The shop authors\n")
    changed = {str(path.relative_to(tmp_path)) for path in rename(tmp_path, "acme-orders")}
    assert changed == {"Pulumi.yaml", ".github/file", "docs/file"}
    text = (tmp_path / "docs" / "file").read_bytes()
    assert text == b"of acme-orders\r\n\nand acme-orders\n"


@pytest.mark.parametrize("name", ["users", "local", "pulumi", "e-mail", "us-east-1", FUNCTIONS[0]])
def test_a_name_with_another_meaning_is_refused(name: str) -> None:
    with pytest.raises(WrongName, match="another meaning"):
        rename(ROOT, name)
    assert project_name(ROOT) != name


def test_the_same_name_is_refused() -> None:
    with pytest.raises(WrongName, match="already"):
        rename(ROOT, project_name(ROOT))


@pytest.mark.parametrize("name", ["Acme", "acme_orders", "acme.orders", "a--b", "x" * 60])
def test_a_name_that_aws_refuses_is_refused(name: str) -> None:
    with pytest.raises(pulumi.RunError, match="characters"):
        rename(ROOT, name)
    assert project_name(ROOT) != name
