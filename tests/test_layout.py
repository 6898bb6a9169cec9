"""Which part may import which: read from the sources, so that nothing has to run."""

import ast
import re
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.support.imports import imported

ROOT = Path(__file__).parents[1]
FUNCTIONS = sorted(path.parent.name for path in (ROOT / "handlers").glob("*/handler.py"))
PROGRAM = [ROOT / "__main__.py", *sorted((ROOT / "features").glob("*.py"))]
OPERATIONS = sorted((ROOT / "handlers").glob("*/operation.py"))

MAY_IMPORT = {
    "blueprint": {"config", "handlers", "images", "infra"},
    "bootstrap": {"infra"},
    "cli": {"blueprint", "local", "ops"},
    "checks": {"blueprint", "config", "handlers", "images", "infra", "local", "ops"},
    "config": {"infra"},
    "features": {"config", "handlers", "infra"},
    "handlers": set(),
    "images": set(),
    "infra": {"images"},
    "local": {"blueprint", "images", "infra", "ops"},
    "ops": {"handlers"},
}
"""What each package may import; the program alone may import from all."""

_BASE = {"config", "grants", "json_text", "limits"}
_STORED = _BASE | {"storage"}
_CALLED = _STORED | {"network", "access"}
_RUN = _CALLED | {"function"}
_TRIGGERED = _RUN | {"triggers"}

INSIDE_INFRA = {
    "config": set(),
    "json_text": set(),
    "limits": set(),
    "grants": {"json_text"},
    "storage": _STORED,
    "access": _STORED,
    "network": _STORED,
    "function": _CALLED,
    "triggers": _RUN,
    "workflow": _RUN,
    "monitoring": _TRIGGERED | {"workflow"},
    "emulator": {"config", "emulator_roles"},
    "emulator_roles": {"json_text"},
    "stack": _TRIGGERED | {"workflow", "monitoring", "emulator"},
}

FRAMEWORK = (
    "blueprint", "bootstrap", "checks", "handlers/runtime", "images", "infra", "local", "ops",
)  # fmt: skip

PULUMI = {"pulumi", "pulumi_aws", "pulumi_docker_build"}
WITHOUT_PULUMI = {"checks/chaos", "handlers", "images", "ops"}


@cache
def imported_by(module: Path) -> list[str]:
    return list(imported(module.read_text(), ".".join(module.relative_to(ROOT).parent.parts)))


def modules_of(place: str) -> list[Path]:
    """Return a module, or every module below a folder, but for environments."""
    found = sorted((ROOT / place).rglob("*.py")) or ROOT.glob(f"{place}.py")
    return [path for path in found if ".venv" not in path.parts]


def imports_of(place: str) -> list[tuple[str, str]]:
    """Return (module, what it imports) of a module, or of every module below a folder."""
    found = []
    for module in modules_of(place):
        found += [(str(module.relative_to(ROOT)), name) for name in imported_by(module)]
    return found


def crossing(place: str, others: set[str], may: set[str]) -> list[tuple[str, str]]:
    """Return the imports of a place that lead to one of the others, but for those that may be."""
    return [
        (module, name) for module, name in imports_of(place) if name.split(".")[0] in others - may
    ]


def test_every_package_says_what_it_may_import() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/*.py")} - {"tests"}
    modules = {path.stem for path in ROOT.glob("*.py")} - {"__main__"}
    assert packages | modules <= set(MAY_IMPORT)  # a team may delete a tool


@pytest.mark.parametrize("package", [name for name in MAY_IMPORT if modules_of(name)])
def test_a_package_imports_no_more_than_it_may(package: str) -> None:
    others = {*MAY_IMPORT, "tests"} - {package}
    assert crossing(package, others, MAY_IMPORT[package]) == []


@pytest.mark.parametrize("part", INSIDE_INFRA)
def test_a_part_of_infra_imports_no_more_than_it_may(part: str) -> None:
    parts = {path.stem for path in (ROOT / "infra").iterdir() if not path.name.startswith("__")}
    assert parts == set(INSIDE_INFRA)
    ours = [(m, n) for m, n in imports_of(f"infra/{part}") if n.startswith("infra.")]
    assert [(m, n) for m, n in ours if n.split(".")[1] not in {part, *INSIDE_INFRA[part]}] == []


@pytest.mark.parametrize("folder", [name for name in sorted(WITHOUT_PULUMI) if modules_of(name)])
def test_a_package_does_without_pulumi(folder: str) -> None:
    assert crossing(folder, PULUMI, set()) == []


def test_the_build_context_can_be_used_without_the_program() -> None:
    for path in ("images/__init__.py", "images/context.py", "images/sources.py"):
        names = {n.split(".")[0] for n in imported((ROOT / path).read_text(), "images")}
        assert names <= {*sys.stdlib_module_names, "images"}


def test_rules_need_nothing_but_python() -> None:
    """Only the policy pack imports Pulumi."""
    for module, name in imports_of("checks/policy/rules"):
        if module != "checks/policy/rules/pack.py":
            top = name.split(".")[0]
            assert top in sys.stdlib_module_names or name.startswith("checks.policy.rules."), module


def test_no_function_imports_another() -> None:
    """A function imports the domain and the runtime; the domain imports the runtime."""
    assert FUNCTIONS
    may = {"runtime": {"runtime"}, "domain": {"domain", "runtime"}}
    wrong = []
    for module, name in imports_of("handlers"):
        own, parts = module.split("/")[1], name.split(".")
        if parts[0] == "handlers" and parts[1] not in may.get(own, {own, "domain", "runtime"}):
            wrong.append((module, name))
    assert wrong == []


def test_no_module_of_the_handlers_imports_itself_through_others() -> None:
    imports: dict[str, set[str]] = {}
    for path, name in imports_of("handlers"):
        module = path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        imports.setdefault(module, set()).update({name, name.rpartition(".")[0]} - {module})
    assert "handlers.runtime.http" in imports
    TopologicalSorter(imports).prepare()  # raises an error that names the circle


def test_the_program_imports_the_operations_of_the_handlers_and_nothing_else_of_them() -> None:
    names = {name for path in PROGRAM for name in imported(path.read_text(), "")}
    ours = {n for n in names if n.startswith("handlers.")}
    operations = {f"handlers.{path.parent.name}.operation" for path in OPERATIONS}
    assert {n.rpartition(".")[0] for n in ours} == {"handlers.domain.api", *operations}
    assert not [n for n in names if n.startswith("local")]


def test_no_test_imports_another_test() -> None:
    """Shared helpers are in modules of their own, or in ``tests/support/``."""
    tests = {name for _, name in imports_of("tests") if name.startswith("tests.")}
    assert {name for name in tests if re.search(r"\.test_", name)} == set()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_functions_tests_need_no_function_that_can_be_removed_alone(function: str) -> None:
    """Those in ``features/`` without a route are removed with the whole feature only."""
    features = {path.stem: path.read_text() for path in PROGRAM[1:]}
    feature = next((n for n, text in features.items() if f'"{hyphened(function)}"' in text), None)
    bound = {
        other
        for other in FUNCTIONS
        if feature is not None and f'"{hyphened(other)}"' in features[feature]
        if ROOT / "handlers" / other / "operation.py" not in OPERATIONS
    }
    needed = {
        (module, name)
        for module, name in imports_of(f"tests/functions/{function}")
        for other in set(FUNCTIONS) - {function, *bound}
        if name.startswith((f"handlers.{other}.", f"tests.functions.{other}."))
        and not is_lazy(module, name)
    }
    assert needed == set()


def test_no_shared_test_imports_a_function_that_can_be_removed_alone() -> None:
    """Or the tests of a tree without it end while they are collected."""
    features = "".join(path.read_text() for path in PROGRAM[1:])
    alone = tuple(
        f"handlers.{function}."
        for function in FUNCTIONS
        if ROOT / "handlers" / function / "operation.py" in OPERATIONS
        or f'"{hyphened(function)}"' not in features
    )
    assert [
        (module, name)
        for module, name in imports_of("tests")
        if not module.startswith("tests/functions/")
        and name.startswith(alone)
        and not is_lazy(module, name)
    ] == []


def hyphened(folder: str) -> str:
    return folder.replace("_", "-")


def is_lazy(module: str, name: str) -> bool:
    """Return whether an import is inside of a function, which can be skipped."""
    body = ast.Module(
        [n for n in ast.parse((ROOT / module).read_text()).body if isinstance(n, ast.ImportFrom)],
        [],
    )
    return name not in imported(ast.unparse(body), "")


def private_names(source: str) -> set[str]:
    """Return what a module takes or replaces of others' private names, other projects' apart."""
    nodes = list(ast.walk(ast.parse(source)))
    ours = {*MAY_IMPORT, "tests"}
    foreign = {"self", "cls", "super()"}
    taken: list[tuple[ast.expr | str, str]] = []
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ours:
            taken += [("", alias.name) for alias in node.names]
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias for alias in node.names if alias.name.split(".")[0] not in ours]
            foreign |= {alias.asname or alias.name for alias in names}
    for node in nodes:
        if isinstance(node, ast.Attribute):
            taken.append((node.value, node.attr))
        elif isinstance(node, ast.Call) and name_of(node.func).endswith(("setattr", "patch")):
            match node.args:
                case [ast.Constant(value=str(path)), *_]:
                    module, _, name = path.rpartition(".")
                    taken.append((module, name))
                case [owner, ast.Constant(value=str(name)), *_]:
                    taken.append((owner, name))
    private = {
        (owner if isinstance(owner, str) else ast.unparse(owner), name)
        for owner, name in taken
        if name[0] == "_" and name[:2] != "__"
    }
    return {f"{owner}.{name}".strip(".") for owner, name in private if owner not in foreign}


def name_of(called: ast.expr) -> str:
    """Return the last name of what is called, without the text before it, which takes long."""
    match called:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def test_tests_use_no_private_names() -> None:
    found = {
        str(path.relative_to(ROOT)): names
        for path in modules_of("tests")
        if (names := private_names(path.read_text()))
    }
    assert found == {}


def test_private_names_are_found() -> None:
    source = """
import os, cli, local.up
from local.up import _a
from ops import smoke
smoke._b(); x.y._c; patch.setattr(smoke, "_d", 1); patch("local.up._e")
cli._f; local.up._g; self._x; os._x(1); setattr(os, "_x", 1); smoke.x; smoke.__name__
"""
    assert private_names(source) == {
        "_a",
        "smoke._b",
        "x.y._c",
        "smoke._d",
        "local.up._e",
        "cli._f",
        "local.up._g",
    }


def words_of(source: str) -> set[str]:
    """Return the words of a module's strings and imports, but for those of its docstrings."""
    tree = ast.parse(source)
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in prose]
    strings = [text for text in texts if isinstance(text, str)]
    return set(re.findall(r"[\w-]+", " ".join([*strings, *imported(source, "")])))


def test_the_framework_names_no_function() -> None:
    """So that any can be renamed or removed. Names of one word are words of the language, too."""
    names = {function for function in FUNCTIONS if "_" in function} - {"count_users"}  # README's
    names |= {function.replace("_", "-") for function in names}
    modules = [path for folder in FRAMEWORK for path in modules_of(folder)]
    sources = {str(path.relative_to(ROOT)): path.read_text() for path in modules}
    assert {
        name: found
        for name, source in sources.items()
        if any(function in source for function in names) and (found := names & words_of(source))
    } == {}


@pytest.mark.parametrize(
    "source",
    [
        "from handlers.get_user.handler import handler",
        "import handlers.get_user",
        'role("get-user")',
        "path = f'{ROOT}/tests/functions/get_user/event.json'",
        "help = 'Such as get-user; or another.'",
    ],
)
def test_names_of_functions_are_found(source: str) -> None:
    assert words_of(source) & {"get-user", "get_user"}
    assert not words_of('"""Such as ``get_user``."""  # get_user') & {"get-user", "get_user"}


@pytest.mark.parametrize("path", PROGRAM, ids=lambda path: path.stem)
def test_the_program_has_no_logic_and_stays_short(path: Path) -> None:
    source = path.read_text()
    # A function of a team's own takes ten lines: those of its paragraph, and of its trigger's.
    assert len(source.splitlines()) <= max(110, 50 + 10 * source.count(": Function("))
    logic = (ast.If, ast.For, ast.While, ast.Try, ast.Lambda, ast.ListComp, ast.DictComp,
             ast.IfExp, ast.With)  # fmt: skip
    definitions = () if path.parent.name == "features" else (ast.FunctionDef, ast.ClassDef)
    assert [n for n in ast.walk(ast.parse(source)) if isinstance(n, logic + definitions)] == []


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import infra.config as c", ["infra.config"]),
        ("def f():\n    from infra import grants", ["infra.grants"]),
        ("from . import page", ["handlers.daily_sweep.page"]),
        ("from .page import draw", ["handlers.daily_sweep.page.draw"]),
        ("from ..get_user import handler", ["handlers.get_user.handler"]),
        ("import importlib\nimportlib.import_module('local.up')", ["importlib", "local.up"]),
        ("if TYPE_CHECKING:\n    import pulumi", ["pulumi"]),
    ],
)
def test_imports_are_found(source: str, names: list[str]) -> None:
    """The other tests depend on what this function finds."""
    assert list(imported(source, "handlers.daily_sweep")) == names
