"""Runs the commands of ``docs/personal-account.md`` that need no Pulumi, on the emulator."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from blueprint.project import ROOT
from blueprint.recording import ACCOUNT, REGION
from local.aws import ACCOUNT_ID, Aws
from tests.support.accounts import PROJECT, policies
from tests.support.aws_cli import aws_command
from tests.support.bare_emulator import bare_emulator

PAGE = (ROOT / "docs/personal-account.md").read_text()
COST, BUDGET, ROLE, GATEWAY, _DEPLOY, _TRY, _DESTROY, REMOVE = re.findall(
    r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL
)
OWN = f"{PROJECT}-own-"
BOUNDARY = f"arn:aws:iam::{ACCOUNT_ID}:policy/{OWN}boundary"


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Aws]:
    with bare_emulator(tmp_path / "emulator", REGION) as aws:
        yield aws


def run(root: Aws, folder: Path, *blocks: str) -> str:
    with aws_command(folder, root.endpoint):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)],
            cwd=ROOT,
            env={
                "PATH": f"{folder}:{os.environ['PATH']}",
                "HOME": str(folder),
                "TMPDIR": str(folder),
                **root.credentials.variables(),
                "AWS_DEFAULT_REGION": REGION,
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def statements(document: dict[str, Any]) -> list[str]:
    """Return the statements of a policy, in any order."""
    return sorted(json.dumps(statement, sort_keys=True) for statement in document["Statement"])


@pytest.mark.long  # some thirty runs of the AWS CLI
def test_the_role_may_what_the_deploy_role_of_dev_may_and_all_can_be_removed(
    root: Aws, tmp_path: Path
) -> None:
    iam = root.client("iam")
    run(root, tmp_path, BUDGET.replace("example.org", "dev.example.com"), ROLE, GATEWAY)

    def attached(role: str) -> dict[str, str]:
        found = iam.list_attached_role_policies(RoleName=f"{OWN}{role}")["AttachedPolicies"]
        return {p["PolicyName"].removeprefix(OWN): p["PolicyArn"] for p in found}

    def documented(arn: str) -> object:
        version = iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]
        return statements(version["Document"])

    made = {name: documented(arn) for name, arn in attached("deploy").items()}
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/deploy-dev-boundary"
    bootstrapped = {
        name: statements(json.loads(text.replace(boundary, BOUNDARY).replace(ACCOUNT, ACCOUNT_ID)))
        for name, text in policies("deploy-dev").items()
    }
    of_the_state = [s for s in bootstrapped["traffic"] if s not in made["traffic"]]
    assert of_the_state  # it stays on the developer's machine
    assert all("s3:" in s or ":kms:" in s for s in of_the_state)
    bootstrapped["traffic"] = [s for s in bootstrapped["traffic"] if s not in of_the_state]
    assert made == bootstrapped
    assert iam.get_policy(PolicyArn=BOUNDARY)["Policy"]["AttachmentCount"] == 0
    assert attached("gateway")
    gateway = root.client("apigateway").get_account()["cloudwatchRoleArn"]
    assert gateway.endswith(f":role/{OWN}gateway")

    assert run(root, tmp_path, REMOVE).endswith("[]\n")
    assert not [r for r in iam.list_roles()["Roles"] if r["RoleName"].startswith(OWN)]
    assert iam.list_policies(Scope="Local")["Policies"] == []


@pytest.mark.long  # two runs of `app cost`
def test_the_cost_of_a_day_is_as_written(tmp_path: Path) -> None:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", COST],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.endswith(" $ a day\n")
    figures = set(re.findall(r"\$(\d+\.\d\d) a day", PAGE))
    assert figures == {f"{float(done.stdout.split()[0]):.2f}"}


def test_what_the_page_configures_is_what_the_program_knows() -> None:
    keys = re.findall(rf"--path {PROJECT}:(\S+)", PAGE)
    assert len(keys) == 2
    table = (ROOT / "docs/configuration.md").read_text()
    assert [key for key in keys if f"| `{key}` |" not in table] == []
