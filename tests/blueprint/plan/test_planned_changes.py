"""The command, on repositories with changes: what it says, and what it ends with."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.plan_repository import ENVIRONMENT, commit, copied, edit, git, plan
from tests.support.stacks import PROJECT

pytestmark = pytest.mark.long  # each plan runs two programs

BEFORE, AFTER = "hunter2-before", "hunter2-after"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository whose program has a secret of its own."""
    folder = copied(tmp_path_factory.mktemp("plan") / "repository")
    edit(
        folder / "__main__.py",
        (
            "functions = stack.functions(",
            'token = pulumi.Config("other").require_secret("token")\nfunctions = stack.functions(',
        ),
        (
            "environment=cors,\n        grants=[users.put",
            'environment={**cors, "TOKEN": token},\n        grants=[users.put',
        ),
        ('pulumi.export("api_key"', 'pulumi.export("token", token)\npulumi.export("api_key"'),
    )
    edit(folder / "Pulumi.prod.yaml", ("config:\n", f"config:\n  other:token: {BEFORE}\n"))
    commit(folder)
    return folder


@pytest.fixture(scope="module")
def planned(repository: Path) -> subprocess.CompletedProcess[str]:
    """Change one of everything; plan it."""
    git(repository, "switch", "--quiet", "--create", "change")
    edit(
        repository / "__main__.py",
        ('ledger.put(env="LEDGER_TABLE")]),', 'ledger.get(env="LEDGER_TABLE")]),'),
        ('ScheduleTrigger("cleanup", ', 'ScheduleTrigger("cleanups", '),
        ('pulumi.export("dashboard_name", monitoring.dashboard.dashboard_name)\n', ""),
    )
    edit(
        repository / "Pulumi.prod.yaml",
        (BEFORE, AFTER),
        ("create-user:\n      memoryMb: 1024", "create-user:\n      memoryMb: 2048"),
        ("Environment: prod", "Environment: production"),
    )
    edit(repository / "handlers/domain/user.py", ("MAX_NAME_LENGTH = 100", "MAX_NAME_LENGTH = 90"))
    edit(repository / "requirements.txt", ("\npulumi-aws==", "\npulumi-aws==0"))
    return plan(repository, "prod", "--exit-code")


def section(output: str, title: str) -> list[str]:
    """Return the lines of a section, its summary first."""
    (found,) = [part for part in output.split("\n\n") if part.startswith(f"{title}: ")]
    return found.splitlines()


def test_a_plan_says_what_it_compares_and_what_it_is_not(
    planned: subprocess.CompletedProcess[str],
) -> None:
    assert planned.stderr == ""
    assert re.match(
        r"Plan of stack prod: where this branch left main \([0-9a-f]{10}\) → this tree\n",
        planned.stdout,
    )
    assert "It is not `pulumi preview`: it does not know what is deployed" in planned.stdout


def test_a_broken_api_is_said_and_ends_with_4(planned: subprocess.CompletedProcess[str]) -> None:
    assert section(planned.stdout, "API") == [
        "API: BREAKS CALLERS by 1 change",
        "- POST /users: request: name: maxLength 100 → 90",
    ]
    assert planned.returncode == 4


def test_functions_are_shown_with_what_changes(planned: subprocess.CompletedProcess[str]) -> None:
    assert section(planned.stdout, "Functions") == [
        "Functions: 1 changed",
        "~ create-user: memory 1024 MB → 2048 MB",
    ]


def test_permissions_are_shown_by_function_first(
    planned: subprocess.CompletedProcess[str],
) -> None:
    lines = section(planned.stdout, "Permissions")
    assert lines[:4] == [
        "Permissions: 5 changed",
        "  create-user",
        "+   dynamodb:GetItem on ledger",
        "-   dynamodb:PutItem on ledger",
    ]
    assert "  cleanup-role (iam.Role)" in lines
    assert "-   lambda:InvokeFunction on cleanup-expired-live" in lines


def test_resources_are_shown_with_changed_properties(
    planned: subprocess.CompletedProcess[str],
) -> None:
    lines = section(planned.stdout, "Resources")
    assert "- scheduler.Schedule cleanup" in lines
    assert "+ scheduler.Schedule cleanups" in lines
    where = lines.index("~ lambda.Function create-user")
    assert lines[where + 1 : where + 3] == [
        "    environment.variables.TOKEN: (secret) (another secret)",
        "    memorySize: 1024 → 2048",
    ]


def test_an_image_is_one_line_with_the_sources_that_changed(
    planned: subprocess.CompletedProcess[str],
) -> None:
    summary, *images = section(planned.stdout, "Images")
    assert re.fullmatch(r"Images: \d+ images built from changed sources", summary)
    assert re.fullmatch(
        r"~ .*\bcreate-user, .*\bget-user, .*: because handlers/domain/user\.py changed",
        " ".join(image.strip() for image in images),
    )
    assert "-image-build" not in planned.stdout


def test_outputs_and_the_provider_are_shown(planned: subprocess.CompletedProcess[str]) -> None:
    assert "- dashboard_name: ${monitoring.dashboardName} (removed)" in planned.stdout
    assert "~ aws:defaultTags.tags.Environment: prod → production" in planned.stdout


def test_what_it_costs_is_shown(planned: subprocess.CompletedProcess[str]) -> None:
    lines = section(planned.stdout, "Cost")
    assert re.fullmatch(r"Cost: \+\d\.\d\d dollars a month, to [\d.]+", lines[0])
    assert any(re.fullmatch(r"   lambda +\d+\.\d\d +\d+\.\d\d +\+\d\.\d\d", line) for line in lines)


def test_no_secret_is_shown_but_that_it_is_another_one(
    planned: subprocess.CompletedProcess[str],
) -> None:
    lines = section(planned.stdout, "Resources")
    assert "    environment.variables.TOKEN: (secret) (another secret)" in lines
    assert "~ token: (secret) (another secret)" in section(planned.stdout, "Outputs")
    assert BEFORE not in planned.stdout
    assert AFTER not in planned.stdout


def test_other_requirements_are_said(planned: subprocess.CompletedProcess[str]) -> None:
    note = next(p for p in planned.stdout.split("\n\n") if p.startswith("Note: "))
    assert "requirements.txt differs" in note
    assert re.search(r"There: pulumi-aws==[\d.]+\. Here: pulumi-aws==0[\d.]+\.$", note)


def test_a_tree_is_planned_the_same_wherever_it_is(
    tmp_path: Path, planned: subprocess.CompletedProcess[str]
) -> None:
    """Neither the checkout's path nor the order in which resources are registered shows.

    The stack is one in an emulator, which is said.
    """
    folder = copied(tmp_path / "elsewhere")
    done = plan(folder, "compose", "--against", "HEAD", "--exit-code")
    assert (done.returncode, done.stderr) == (0, "")
    for title in ("API", "Functions", "Permissions", "Resources", "Images", "Outputs", "Provider"):
        assert section(done.stdout, title)[0] == f"{title}: no change"
    assert (
        "Note: This stack is deployed to the emulator at http://localhost:4566, not to AWS. "
        "No policy refuses calls without TLS.\n"
    ) in done.stdout
    assert "emulator" not in planned.stdout


def test_a_stack_of_one_revision_is_all_added(repository: Path) -> None:
    (repository / "Pulumi.extra.yaml").write_text((repository / "Pulumi.dev.yaml").read_text())
    edit(
        repository / "Pulumi.extra.yaml",
        ("config:\n", "config:\n  other:token: {secure: v1:abc}\n"),
    )
    done = plan(repository, "extra", "--format", "markdown")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("<!-- plan of stack extra -->\n")
    assert re.search(
        r"> \*\*Note:\*\* There is no stack extra in where this branch left", done.stdout
    )
    assert re.search(
        r"<summary><b>Resources</b>: \d{3} added</summary>\n\n```diff\n\+ ", done.stdout
    )
    assert "v1:abc" not in done.stdout
    assert len(done.stdout) < 65_536


def test_a_program_that_refuses_its_configuration_is_no_plan(tmp_path: Path) -> None:
    folder = copied(tmp_path / "repository")
    edit(folder / "Pulumi.prod.yaml", ("rateLimit: 200", "rateLimit: many"))
    commit(folder)
    edit(folder / "Pulumi.prod.yaml", ("rateLimit: many", "rateLimit: 200"))
    done = plan(folder, "prod", "--against", "HEAD", "--exit-code")
    assert (done.returncode, done.stdout) == (1, "")
    assert re.match(
        r"error: The program of HEAD \([0-9a-f]{10}\) cannot be evaluated:\n", done.stderr
    )
    assert f'{PROJECT}:api.throttle.rateLimit: is "many"' in done.stderr


def test_this_trees_wrong_configuration_exits_as_every_command_does(tmp_path: Path) -> None:
    folder = copied(tmp_path / "repository")
    edit(folder / "Pulumi.prod.yaml", ("removalPolicy:", "removalPolcy:"))
    done = plan(folder, "prod", "--against", "HEAD")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: The program of this tree cannot be evaluated:\n")
    assert f"{PROJECT}:removalPolcy: unknown key" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_of_a_plan_that_is_ended(
    repository: Path, tmp_path: Path, number: signal.Signals
) -> None:
    process = subprocess.Popen(
        [sys.executable, "cli.py", "plan", "prod"],
        cwd=repository,
        env={**ENVIRONMENT, "TMPDIR": str(tmp_path)},
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while len(evaluations(process.pid)) < 2:
        assert process.poll() is None
        time.sleep(0.01)
    assert list(tmp_path.iterdir())
    process.send_signal(number)
    output, errors = process.communicate(timeout=60)
    assert output == ""
    assert errors == ("\nInterrupted.\n" if number is signal.SIGINT else "")
    assert process.returncode == (130 if number is signal.SIGINT else 143)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def evaluations(parent: int) -> list[str]:
    """Return the programs that a plan evaluates now."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    commands = []
    for child in children:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended since
            commands.append(Path(f"/proc/{child}/cmdline").read_text())
    return [command for command in commands if "evaluate.py" in command]
