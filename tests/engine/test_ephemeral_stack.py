"""``.github/ephemeral-stack`` with the Pulumi CLI, a state in a folder, and the emulator's KMS."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from blueprint.project import ROOT
from tests.support.bare_emulator import bare_emulator
from tests.support.ephemeral import STACK, check, checkout, configure
from tests.support.stacks import PROJECT

pytestmark = pytest.mark.skipif(
    shutil.which("pulumi") is None,
    reason="needs the Pulumi CLI: https://www.pulumi.com/docs/install/",
)

PROGRAM = 'import pulumi\npulumi.export("key", pulumi.Output.secret("hidden"))\n'


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Start an emulator with the key that encrypts secrets; return the CLI's environment."""
    with bare_emulator(tmp_path / "aws", "eu-central-1") as aws:
        key = aws.client("kms").create_key()["KeyMetadata"]["KeyId"]
        aws.client("kms").create_alias(AliasName="alias/state", TargetKeyId=key)
        (tmp_path / "state").mkdir()
        yield {
            "PATH": os.environ["PATH"],
            "PULUMI_HOME": os.environ.get("PULUMI_HOME", str(tmp_path / "home")),
            "PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "AWS_ENDPOINT_URL": aws.endpoint,
            "AWS_REGION": "eu-central-1",
            **aws.credentials.variables(),
        }


def test_one_checkout_makes_the_stack_and_another_one_destroys_it(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    first, second = (checkout(tmp_path / name) for name in ("first", "second"))
    for folder in (first, second):
        (folder / "__main__.py").write_text(PROGRAM)
        (folder / ".venv").symlink_to(ROOT / ".venv")

    def pulumi(folder: Path, *arguments: str) -> str:
        done = subprocess.run(
            ["pulumi", *arguments, "--stack", STACK],
            cwd=folder,
            env={"HOME": str(folder), **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    made = configure(first, environment)
    check(made)
    assert made["encryptedkey"]
    pulumi(first, "up", "--yes", "--skip-preview")
    check(configure(second, environment))
    assert pulumi(second, "stack", "output", "key", "--show-secrets").strip() == "hidden"
    assert (
        "hidden" not in (tmp_path / "state/.pulumi/stacks" / PROJECT / f"{STACK}.json").read_text()
    )
    pulumi(second, "destroy", "--yes", "--remove")
    assert not list((tmp_path / "state/.pulumi/stacks").rglob(f"{STACK}.json"))
