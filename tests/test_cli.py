"""The command line as a whole: help, errors, exit codes, pipes, signals and completion."""

import ast
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.main import get_command

from blueprint.cost.cli import as_amount, as_share
from cli import ROOT, app, main
from local.cli.common import EXAMPLE
from ops.redrive.cli import as_number
from ops.smoke.api import checked_url
from ops.smoke.cli import as_seconds
from ops.smoke.errors import SmokeError
from tests.support.arguments import NUMBERS, number_within, parsed
from tests.support.functions import FUNCTIONS
from tests.support.stacks import stack

APP = ROOT / ".venv" / "bin" / "app"
COMMANDS = list(get_command(app).commands)  # type: ignore[attr-defined]
LIGHT = {"annotated_doc", "blueprint", "cli", "local", "ops", "shellingham", "typer"}
PARSING = {"annotated_types", "pydantic", "pydantic_core", "typing_extensions", "typing_inspection"}
"""Typer loads these as soon as a command has options."""

MOST_MODULES = 200
MOST_PARSING_MODULES = 400
"""Pulumi or botocore alone would be hundreds more."""


@dataclass(frozen=True)
class Help:
    """How ``--help`` ended: its exit code, its text, and the modules that it had loaded."""

    code: int
    text: str
    modules: list[str]


HELP = f"""
import contextlib, io, os, sys, cli
def helped(*arguments):
    with contextlib.redirect_stdout(io.StringIO()) as text:
        code = cli.main([*arguments, "--help"])
    return code, text.getvalue(), list(sys.modules)
print(helped())
helped({COMMANDS[0]!r})
sys.stdout.flush()
for name in {COMMANDS}:
    if not os.fork():
        print(helped(name), flush=True)
        os._exit(0)
    assert os.wait()[1] == 0, name
"""


EXAMPLES = re.compile(r"^ +app [a-z]+ (.+)", re.MULTILINE)


@pytest.fixture(scope="module")
def helps() -> dict[str, Help]:
    """Return the help of each command, each of a process of its own; that of all is ``""``.

    The processes are forks of one that has loaded what any command with options needs.
    """
    variables = {"COLUMNS": "80", "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    done = subprocess.run(
        [sys.executable, "-c", HELP],
        cwd=ROOT, env={**os.environ, **variables}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    return {
        name: Help(*ast.literal_eval(line))
        for name, line in zip(["", *COMMANDS], lines, strict=True)
    }


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_fits_a_terminal_and_loads_nothing_heavy(name: str, helps: dict[str, Help]) -> None:
    """Counted, not timed: `app --help` may take 0.3 s of a processor."""
    found = helps[name]
    assert found.code == 0
    assert max(map(len, found.text.splitlines())) <= 80
    others = {module.partition(".")[0] for module in found.modules} - set(sys.stdlib_module_names)
    assert {module for module in others if not module.startswith("_")} <= LIGHT | (
        PARSING if name else set()
    )
    assert len(found.modules) <= (MOST_PARSING_MODULES if name else MOST_MODULES)


def test_examples_in_help_name_no_function(helps: dict[str, Help]) -> None:
    """But for that of `app new`, and one that is found in this tree: any other can be removed."""
    names = "|".join({*FUNCTIONS} - {EXAMPLE, "count-users"})
    texts = (found.text for found in helps.values())
    words = {word for text in texts for line in EXAMPLES.findall(text) for word in line.split()}
    assert len(words) > 20
    assert {word for word in words if re.match(rf"({names})(-|$)", word)} == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_what_it_does(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = get_command(app).commands[name]  # type: ignore[attr-defined]
    assert main(["--help"]) == 0
    listed = capsys.readouterr().out
    assert f"\n  {name} " in listed
    (line,) = [line for line in listed.splitlines() if line.startswith(f"  {name} ")]
    assert line.endswith("."), line
    assert not line.endswith("..."), line
    assert command.rich_help_panel in ("On this machine", "On any stack", "On the source code")
    for parameter in command.params:
        assert parameter.help.endswith("."), (name, parameter.name)


def test_the_exit_codes_are_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    for line in ("0    done", "1    failed", "2    wrong usage or configuration", "130  interr"):
        assert f"\n    {line}" in said


def test_no_command_is_wrong_usage_and_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "On this machine:\n" in capsys.readouterr().out


TRACE = "5f0c6a1e-8b6b-4c8e-9a59-0b4a3f1d2c3e"
WRONG = {
    "upp": "No such command 'upp'. Did you mean 'up'?\nUsage: app [OPTIONS] COMMAND",
    "--bad": "No such option: --bad\nUsage: app [OPTIONS]",
    "up --bad": "No such option: --bad\nUsage: app up [OPTIONS]\nHelp: app up --help\n",
    "up --port 0": "Invalid value for '--port': '0' is not a port. Use a number from 1 to 65535.",
    "up --stack nope": "There is no stack 'nope': Pulumi.nope.yaml does not exist. S",
    "down x": "Got unexpected extra argument(s) (x)\nUsage: app down",
    "events --limit 0": "Invalid value for '--limit': '0' is not a whole number from 1.",
    "events --outcome nope": "Invalid value for '--outcome': 'nope' is not one of 'running', 'ok'",
    "events --since 5x": "Invalid value for '--since': '5x' is not a time. Use a number fro",
    "events --since 0s": "Invalid value for '--since': '0s' is not a time. Use a number fro",
    "invoke": "Missing argument 'FUNCTION'.\nUsage: app invoke",
    "debug create-user --port x": "Invalid value for '--port': 'x' is not a port. Use a number f",
    "aws": "Missing argument 'ARGUMENT'.\nUsage: app aws",
    "queue --retry": "Invalid value for '--retry': name a QUEUE.",
    "queue emails --retry --json": "Invalid value for '--retry': leave --json out.",
    "table --index by-day": "Invalid value for '--index': name a TABLE.",
    "table users --limit x": "Invalid value for '--limit': 'x' is not a whole number from 1.",
    "plan": "Missing argument 'STACK'.\nUsage: app plan",
    "plan dev --bad": "No such option: --bad\nUsage: app plan",
    "plan dev --limit 0": "Invalid value for '--limit': '0' is not a whole number from 1.",
    "plan dev --format xml": "Invalid value for '--format': 'xml' is not one of 'text', 'mark",
    "plan dev --json --format markdown": "Invalid value for '--json': leave --format markdown out.",
    "plan dev --against nope": "There is no revision 'nope' here. ",
    "plan nope --against HEAD": "There is no stack 'nope': Pulumi.nope.yaml does not exist. S",
    "cost nope": "There is no stack 'nope': Pulumi.nope.yaml does not exist. S",
    **{
        f"cost dev --{name} x": f"Invalid value for '--{name}': 'x' is not an amount. Use a number"
        for name in ("requests", "emails", "uploads", "upload-mb", "stored-gb", "table-gb")
    },
    "cost dev --writes 2": "Invalid value for '--writes': '2' is not a share. Use a number from 0",
    **{
        f"{command} nope": "There is no stack 'nope': Pulumi.nope.yaml does not exist. Stacks: "
        for command in ("preflight", "smoke", "release", "rollback", "redrive")
    },
    f"trace {TRACE} --stack nope": "There is no stack 'nope': Pulumi.nope.yaml does not exist. S",
    "run any --stack nope": "There is no stack 'nope': Pulumi.nope.yaml does not exist. S",
    "preflight": "Missing argument 'STACK'.\nUsage: app preflight",
    "smoke http:/x": "'http:/x' is not an API's URL. Use an address such as https://",
    "smoke dev --email-seconds x": "Invalid value for '--email-seconds': 'x' is not a number of s",
    "smoke dev --ready-seconds x": "Invalid value for '--ready-seconds': 'x' is not a number of s",
    "release dev --percent 0": "Invalid value for '--percent': '0' is not a percentage. Use a who",
    "release dev --minutes 0": "Invalid value for '--minutes': '0' is not a time. Use minutes, ab",
    "release dev --output /x/y": "Invalid value for '--output': '/x/y' cannot be written: No such",
    "release dev --json": "Invalid value for '--json': add --dry-run.",
    "rollback": "Missing argument 'STACK'.\nUsage: app rollback",
    "redrive dev emails --limit 0": "Invalid value for '--limit': '0' is not a number of messages",
    "redrive dev emails --json": "Invalid value for '--json': leave QUEUE out: only the list is J",
    "trace Ada": "Invalid value for 'ID': 'Ada' is not the id of a request, upload, message or ",
    f"trace {TRACE} --since 5x": "Invalid value for '--since': '5x' is not a time. Use a number",
    f"trace {TRACE} --since 0s": "Invalid value for '--since': '0s' is not a time. Use a number",
    "new count-users": "Missing option '--trigger'. Choose from: http, queue, bucket, stream, sch",
    "new count-users --trigger x": "Invalid value for '--trigger': 'x' is not one of 'http', 'que",
    "new Count --trigger http": "The name 'Count' is not allowed. Use lower-case letters, digits ",
    "remove nope": "There is no function or feature 'nope'. Functions: ",
    "test nope": "There is no function 'nope'. Functions: ",
    "rename Bad": "The project's name is 'Bad'; it must be lower-case letters, digits and single ",
    "pin nope": "There is no stack 'nope': Pulumi.nope.yaml does not exist. S",
}
"""How the error of each wrong command line begins."""

KNOWN = {*COMMANDS, "upp", "--bad"}
"""A team may delete a tool, and its commands."""


@pytest.mark.parametrize("line", [line for line in WRONG if line.split()[0] in KNOWN])
def test_wrong_usage(line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("")
    assert main(line.split(), root=tmp_path) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"error: {WRONG[line]}")
    for internal in ("Value error", "Input should", "\t"):
        assert internal not in said.err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_refuses_what_it_does_not_know(name: str) -> None:
    if name != "aws":  # whose options are those of the AWS CLI
        assert main([name, "--no-such-option"]) == 2


def test_every_value_that_is_checked_has_a_wrong_one_above() -> None:
    checked = {
        f"{name} {option.opts[0]}"
        for name in COMMANDS
        for option in get_command(app).commands[name].params  # type: ignore[attr-defined]
        if option.param_type_name == "option" and is_checked(option)
    }
    assert len(checked) > 15
    lines = [line.split() for line in WRONG]
    assert checked <= {f"{line[0]} {word}" for line in lines for word in line[1:]}


def is_checked(option: Any) -> bool:
    """Return whether a value can be refused: a choice, a number, or what has a parser."""
    described = option.type_descriptor
    return not option.is_flag and bool(
        described.parameter_info.parser or described.annotation not in (str, list[str])
    )


def test_a_wrong_configuration_is_one_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: x\n")
    (tmp_path / "Pulumi.local.yaml").write_text("config: [\n")
    assert main(["up", "--no-docker"], root=tmp_path) == 2
    said = capsys.readouterr()
    assert said.out == ""
    file = tmp_path / "Pulumi.local.yaml"
    message = f"error: {file} is not valid YAML: line 2, column 1: expected "
    assert re.fullmatch(re.escape(message) + ".*\n", said.err)


def test_a_broken_file_is_one_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock = tmp_path / ".local" / "lock"
    lock.mkdir(parents=True)
    assert main(["outputs"], root=tmp_path) == 1
    assert capsys.readouterr().err == f"error: {lock}: Is a directory.\n"


@pytest.mark.parametrize(
    "error", [FileNotFoundError(2, "No such file", "/none"), BlockingIOError(11, "no"), OSError()]
)
def test_a_fault_of_this_software_has_a_traceback(
    error: OSError, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr("local.state.StateDirectory.load", fails)
    with pytest.raises(type(error)):
        main(["outputs"], root=tmp_path)


@pytest.mark.parametrize(
    ("parse", "bounds"),
    [(as_amount, (0, float("inf"))), (as_share, (0, 1)), (as_seconds, (0, 3_600))],
)
@given(text=NUMBERS)
def test_a_number_is_in_its_bounds_or_is_refused(
    parse: Any, bounds: tuple[float, float], text: str
) -> None:
    number_within(bounds, parse, text)


@given(st.text() | st.integers().map(str))
def test_a_number_of_messages_is_positive_or_is_refused(text: str) -> None:
    number, refusal = parsed(as_number, text)
    assert repr(text) in refusal if number is None else number == int(text) > 0


@given(st.text() | st.text().map("https://{}".format))
def test_a_url_is_one_of_an_api_or_is_refused(text: str) -> None:
    try:
        url = checked_url(text)
    except SmokeError:
        return
    assert url.startswith(("https://", "http://"))
    assert not url.endswith("/")


def test_the_defaults_of_cost_are_those_of_its_traffic() -> None:
    from blueprint.cost.traffic import Traffic

    command = get_command(app).commands["cost"]  # type: ignore[attr-defined]
    defaults = {p.name: p.default for p in command.params}
    traffic = vars(Traffic(requests=1e6))
    assert {name: defaults[name] for name in traffic} == traffic


def test_cost_as_json(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blueprint.recorder.run", stack)
    assert main(["cost", "dev", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["total"] == pytest.approx(sum(c["cost"] for c in printed["charges"]))
    assert {"service", "what", "units", "unit", "price", "cost"} == set(printed["charges"][0])


def test_the_script_runs_this_checkout_from_anywhere(tmp_path: Path) -> None:
    """A copy of the tree that shares this environment by a link runs its own cli.py."""
    assert (ROOT / "Makefile").read_text().count("$(BIN)/app: Makefile") == 1
    copy = tmp_path / "a copy"
    copy.mkdir()
    (copy / ".venv").symlink_to(APP.parents[1])
    (copy / "cli.py").write_text("import sys; print('the copy', sys.argv[1:])")
    done = subprocess.run(
        [copy / ".venv/bin/app", "a b", "*"], cwd="/", capture_output=True, text=True, check=True
    )
    assert done.stdout == "the copy ['a b', '*']\n"


def closed_pipe(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run ``app`` with output and errors into a pipe whose reader has gone."""
    read, write = os.pipe()
    os.close(read)
    try:
        return subprocess.run(
            [APP, *arguments], cwd=ROOT, stdout=write, stderr=write, timeout=60, check=False
        )
    finally:
        os.close(write)


@pytest.mark.parametrize(
    ("arguments", "code"), [(["--help"], 0), (["upp"], 2), (["invoke", "--port", "x"], 2)]
)
def test_a_closed_pipe_does_not_change_the_exit_code(arguments: list[str], code: int) -> None:
    assert closed_pipe(*arguments).returncode == code


def test_closed_streams_do_no_harm() -> None:
    done = subprocess.run(f"exec {APP} --help >&- 2>&-", shell=True, cwd=ROOT, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_command_and_cleans_up(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    program = f"""
import cli, ops.smoke.command
from pathlib import Path
from typing import Any
def wait(*_, **__):
    import time
    try:
        Path({str(tmp_path / "begun")!r}).touch()
        time.sleep(60)
    finally:
        print("cleaned up", flush=True)
ops.smoke.command.run = wait
cli.run()
"""
    process = subprocess.Popen(
        [sys.executable, "-c", program, "smoke", "https://x"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not (tmp_path / "begun").exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(number)
    out, error = process.communicate(timeout=30)
    assert (process.returncode, out) == (code, "cleaned up\n")
    assert error == ("\nInterrupted.\n" if number is signal.SIGINT else "")


SHELLS = {
    "bash": (".bashrc", {"COMP_WORDS": "app do", "COMP_CWORD": "1"}),
    "zsh": (".zshrc", {"_TYPER_COMPLETE_ARGS": "app do"}),
    "fish": (
        ".config/fish/completions/app.fish",
        {"_TYPER_COMPLETE_ARGS": "app do", "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
    ),
}


@pytest.mark.parametrize("shell", SHELLS)
def test_completion(shell: str, tmp_path: Path) -> None:
    """The installed script calls `app` with these variables."""
    file, variables = SHELLS[shell]
    environment = {**os.environ, "HOME": str(tmp_path)}
    installed = subprocess.run(
        [APP, "--install-completion", shell],
        env={**environment, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert installed.returncode == 0, installed.stderr
    assert f"{shell} completion installed" in installed.stdout
    assert (tmp_path / file).exists()
    script = "".join(p.read_text() for p in tmp_path.rglob("*") if p.is_file())
    assert f"_APP_COMPLETE=complete_{shell}" in script
    asked = subprocess.run(
        [APP],
        env={**environment, **variables, "_APP_COMPLETE": f"complete_{shell}"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    offered = [name for name in COMMANDS if name in asked.stdout]
    assert {"down", "download", "documents"} <= set(offered), asked.stdout + asked.stderr
    assert "release" not in offered
