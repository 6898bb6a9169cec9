"""Which part may import which: read from the sources, so that nothing has to run."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
FUNCTIONS = sorted(path.parent.name for path in (ROOT / "handlers").glob("*/handler.py"))

MAY_IMPORT = {
    "bench": {"handlers", "infra", "local"},
    "bootstrap": {"infra"},
    "chaos": {"local"},
    "deployed": set(),
    "handlers": set(),
    "images": set(),
    "infra": {"images"},
    "local": {"images", "redrive"},
    "plan": {"bench", "images", "infra", "scan"},
    "policy": set(),
    "redrive": {"deployed"},
    "release": {"deployed"},
    "scan": {"infra"},
    "smoke": {"deployed", "handlers"},
}
"""Our packages; the others, and only these, know nothing of them."""

PULUMI = {"pulumi", "pulumi_aws", "pulumi_docker_build"}
WITHOUT_PULUMI = {"chaos", "deployed", "handlers", "images", "redrive", "release", "smoke"}


def imported(source: str, package: str) -> Iterator[str]:
    """Give the full names of what a module imports, at its top or anywhere in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            up = package.split(".")[: -(node.level - 1) or None] if node.level else []
            base = ".".join([*up, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif (
            isinstance(node, ast.Call)
            and ast.unparse(node.func) in ("importlib.import_module", "import_module", "__import__")
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            yield str(node.args[0].value)


def imports_of(folder: str) -> list[tuple[str, str]]:
    """Give (module, what it imports) of every module below a folder."""
    found = []
    for path in sorted((ROOT / folder).rglob("*.py")):
        package = ".".join(path.relative_to(ROOT).parent.parts)
        names = imported(path.read_text(), package)
        found += [(str(path.relative_to(ROOT)), name) for name in names]
    assert found
    return found


def test_every_package_says_what_it_may_import() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/*.py")} - {"tests"}
    assert set(MAY_IMPORT) == packages


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_a_package_imports_no_more_than_it_may(folder: str) -> None:
    others = {*MAY_IMPORT, "tests"} - MAY_IMPORT[folder] - {folder}
    wrong = [(module, name) for module, name in imports_of(folder) if name.split(".")[0] in others]
    assert wrong == []


@pytest.mark.parametrize("folder", sorted(WITHOUT_PULUMI))
def test_a_package_does_without_pulumi(folder: str) -> None:
    wrong = [(module, name) for module, name in imports_of(folder) if name.split(".")[0] in PULUMI]
    assert wrong == []


def test_the_build_context_can_be_used_without_the_program() -> None:
    for path in ("images/__init__.py", "images/context.py"):
        names = {n.split(".")[0] for n in imported((ROOT / path).read_text(), "images")}
        assert names <= sys.stdlib_module_names


def test_rules_need_nothing_but_python() -> None:
    """The policy pack is the only one of them that knows Pulumi."""
    for module, name in imports_of("policy/rules"):
        if module != "policy/rules/pack.py":
            top = name.split(".")[0]
            assert top in sys.stdlib_module_names or name.startswith("policy.rules."), module


def test_no_function_imports_another() -> None:
    """A function's image holds its own package and handlers/common, and nothing else of ours."""
    assert FUNCTIONS
    wrong = []
    for module, name in imports_of("handlers"):
        own = module.split("/")[1]
        parts = name.split(".")
        if parts[0] == "handlers" and parts[1] not in (own, "common"):
            wrong.append((module, name))
    assert wrong == []


def test_the_program_imports_the_operations_of_the_handlers_and_nothing_else_of_them() -> None:
    names = set(imported((ROOT / "__main__.py").read_text(), ""))
    ours = {n for n in names if n.startswith("handlers.")}
    assert {n.rpartition(".")[0] for n in ours} == {"handlers.common.api"}
    assert not [n for n in names if n.startswith("local")]


def test_the_program_has_no_logic_and_stays_short() -> None:
    source = (ROOT / "__main__.py").read_text()
    assert len(source.splitlines()) <= 64 + 9 * len(FUNCTIONS)  # a paragraph for each function
    logic = (ast.If, ast.For, ast.While, ast.Try, ast.FunctionDef, ast.ClassDef, ast.Lambda,
             ast.ListComp, ast.DictComp, ast.IfExp, ast.With)  # fmt: skip
    assert [n for n in ast.walk(ast.parse(source)) if isinstance(n, logic)] == []


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import infra.config as c", ["infra.config"]),
        ("def f():\n    from infra import grants", ["infra.grants"]),
        ("from . import page", ["handlers.daily_report.page"]),
        ("from .page import draw", ["handlers.daily_report.page.draw"]),
        ("from ..get_user import handler", ["handlers.get_user.handler"]),
        ("import importlib\nimportlib.import_module('local.up')", ["importlib", "local.up"]),
        ("if TYPE_CHECKING:\n    import pulumi", ["pulumi"]),
    ],
)
def test_imports_are_found(source: str, names: list[str]) -> None:
    """The other tests see nothing that this function does not."""
    assert list(imported(source, "handlers.daily_report")) == names
