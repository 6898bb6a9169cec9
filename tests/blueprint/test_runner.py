"""A program runs as under the engine, and leaves nothing behind in the process."""

import gc
import os
import sys
from pathlib import Path

import pulumi
import pytest

from blueprint.failure import describe
from blueprint.project import ProjectError, load
from blueprint.recorder import Run, run
from blueprint.runner import ProgramFailed


def run_program(folder: Path, source: str, *, preview: bool = False) -> Run:
    (folder / "Pulumi.yaml").write_text(
        "name: sample\nruntime: python\nconfig: {size: {default: 3}}"
    )
    (folder / "Pulumi.dev.yaml").write_text("config: {name: Ada, list: [1, 2]}")
    (folder / "__main__.py").write_text(f"import pulumi\n{source}")
    return run("dev", folder=folder, preview=preview)


def test_outputs_are_those_that_the_engine_receives(tmp_path: Path) -> None:
    source = """
config = pulumi.Config()
pulumi.export("sum", config.require_int("size") + sum(config.require_object("list")))
pulumi.export("token", pulumi.Output.secret({"a": [1.5, None]}))
pulumi.export("nothing", None)
pulumi.export("later", pulumi.Output.from_input(config.require("name")).apply(str.upper))
"""
    found = run_program(tmp_path, source)
    assert found.outputs == {"sum": 6, "token": {"a": [1.5, None]}, "later": "ADA"}
    assert found.secrets == {"token"}
    assert found.names["__name__"] == "__main__"


def test_computed_outputs_are_unknown_in_a_preview(tmp_path: Path) -> None:
    source = """
class Thing(pulumi.CustomResource):
    made: pulumi.Output[str]
    def __init__(self):
        super().__init__("test:x:Thing", "thing", {"made": None})
pulumi.export("made", Thing().made)
"""
    found = run_program(tmp_path, source, preview=True)
    assert isinstance(found.outputs["made"], type(pulumi.UNKNOWN))


def test_the_process_is_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "beside_the_program.py").write_text("HERE = 1\n")
    path, folder = list(sys.path), Path.cwd()
    source = "import os, beside_the_program\npulumi.export('cwd', os.getcwd())\n"
    assert run_program(tmp_path, source).outputs == {"cwd": os.path.realpath(tmp_path)}
    with pytest.raises(ProgramFailed):
        run_program(tmp_path, "1 / 0")
    assert (sys.path, Path.cwd()) == (path, folder)
    assert gc.isenabled()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def f():\n    return {}['key']\nf()", ["KeyError: 'key'", "line 3, in f"]),
        ("pulumi.export('x', pulumi.Output.from_input(1).apply(lambda n: n / 0))", ["in <lambda>"]),
        ("raise SystemExit('no')", ["SystemExit: no"]),
    ],
)
def test_a_failure_shows_the_programs_lines(tmp_path: Path, source: str, said: list[str]) -> None:
    with pytest.raises(ProgramFailed) as failed:
        run_program(tmp_path, source)
    assert [text for text in said if text not in str(failed.value)] == []
    assert "blueprint" not in str(failed.value)


def failure(folder: Path, component: str) -> str:
    """Return the description of a failure in a component that a program's second line makes."""
    names: dict[str, object] = {}
    error: list[BaseException] = []
    sources = {"infra/part.py": component, "__main__.py": "#\nmake()\n"}
    (folder / "infra").mkdir()
    try:
        for name, source in sources.items():
            (folder / name).write_text(source)
            exec(compile(source, str(folder / name), "exec"), names)
    except ValueError as raised:
        error.append(raised)
    return describe(error[0], folder)


def test_what_a_component_refuses_is_the_programs_line_alone(tmp_path: Path) -> None:
    component = "def make():\n    check()\n\ndef check():\n    raise ValueError(\n'a is 1'\n)\n"
    said = failure(tmp_path, component)
    assert said.splitlines()[:3] == [
        "The program failed: ValueError: a is 1",
        f'  File "{tmp_path}/__main__.py", line 2, in <module>',
        "    make()",
    ]
    assert "infra" not in said


def test_a_fault_of_a_component_shows_the_components_lines_too(tmp_path: Path) -> None:
    said = failure(tmp_path, "def make():\n    return int('x')\n")
    assert "__main__.py" in said
    assert 'infra/part.py", line 2, in make' in said


def test_every_line_of_a_text_is_shown(tmp_path: Path) -> None:
    """Such as each problem of a state machine's definition."""
    with pytest.raises(ProgramFailed) as failed:
        run_program(tmp_path, "raise ValueError('problems:\\n- one\\n- two')")
    assert str(failed.value).startswith(
        "The program failed: ValueError: problems:\n- one\n- two\n  File"
    )


def test_an_error_that_the_program_explains_is_passed_on(tmp_path: Path) -> None:
    with pytest.raises(pulumi.RunError, match=r"^the key is wrong$"):
        run_program(tmp_path, "raise pulumi.RunError('the key is wrong')")


def test_encrypted_values_are_marks(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: sample")
    (tmp_path / "Pulumi.dev.yaml").write_text(
        "environment: [shared]\nconfig: {a: {secure: x}, b: [{secure: x}], c: plain}"
    )
    found = load("dev", root=tmp_path)
    assert found.encrypted == ("sample:a", "sample:b")
    assert found.environment
    assert found.config["sample:a"].startswith("encrypted:")
    assert found.config["sample:b"] == f'["{found.config["sample:a"]}"]'
    assert load("dev", root=tmp_path, overrides={"a": None, "b": 1}).encrypted == ()


def test_an_unknown_stack_is_named(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: sample")
    with pytest.raises(ProjectError, match=r"no stack 'dev'.*Stacks: none"):
        run("dev", folder=tmp_path)
