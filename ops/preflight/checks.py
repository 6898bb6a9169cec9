"""Looks for what a deployment lacks; each problem is one message with the command that fixes it.

Without these checks, a deployment would end with the error of some tool that it uses. Docker's
error would come only after resources were created.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ops.deployed.outputs import NO_PULUMI
from ops.stacks import check_stack

# In this machine's network, so that it reaches an emulator and a proxy on localhost.
_CREATE_BUILDER = "docker buildx create --use --bootstrap --driver-opt network=host"
BOOT_SECONDS = 300  # a new builder is an image to pull
# As Docker 20 and Docker 28 say it; buildx ends with 0 all the same.
_ENGINE_STOPPED = re.compile("connect to the docker (daemon|API)", re.IGNORECASE)


def missing(root: Path, stack: str, *, deploy: bool) -> list[str]:
    """Return what is missing to preview a stack, or to deploy it.

    A preview builds no image, so it needs no Docker.

    Args:
        root: the project's folder.
        stack: such as ``dev``.
        deploy: whether images will be built.

    Raises:
        WrongUsage: the project has no such stack.
    """
    check_stack(stack, root)
    problems: list[str] = []
    config = _stack(root, stack, problems)
    if config is not None:
        problems += _credentials(root, stack, config)
    if deploy:
        problems += _builder()
    return problems


def _stack(root: Path, stack: str, problems: list[str]) -> Mapping[str, str] | None:
    """Return the stack's configuration, without secrets; None if something is missing."""
    if shutil.which("pulumi") is None:
        problems.append(NO_PULUMI)
        return None
    login = _run(root, "pulumi", "whoami", "--non-interactive")
    if login.returncode:
        problems.append(
            "You are not logged in to the backend that keeps Pulumi's state "
            f"({_error_line(login)}). Log in: pulumi login (the bootstrap's bucket: pulumi login "
            "s3://…; see docs/deploying.md)"
        )
        return None
    asked = _run(root, "pulumi", "config", "--json", "--stack", stack, "--non-interactive")
    if asked.returncode:
        problems.append(
            f"The stack {stack!r} cannot be read ({_error_line(asked)}). If it does not exist yet, "
            f"create it: pulumi stack init {stack}"
        )
        return None
    values = json.loads(asked.stdout)
    return {key: str(value.get("value", "")) for key, value in values.items()}


def _credentials(root: Path, stack: str, config: Mapping[str, str]) -> Iterator[str]:
    """Yield why AWS does not accept this shell's credentials; the stack may have its own."""
    file = root / f"Pulumi.{stack}.yaml"
    imported = file.is_file() and re.search(r"^environment:", file.read_text("utf-8"), re.MULTILINE)
    if imported or "aws:accessKey" in config or any(key.endswith(":emulator") for key in config):
        return
    from botocore import exceptions
    from botocore.config import Config
    from botocore.session import Session

    profile = config.get("aws:profile")
    option = f" --profile {profile}" if profile else ""
    try:
        sts: Any = Session(profile=profile).create_client(
            "sts",
            region_name=config.get("aws:region"),
            config=Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 2}),
        )
        sts.get_caller_identity()
    except (exceptions.ConnectionError, exceptions.HTTPClientError) as error:
        yield f"AWS cannot be reached ({error}). Check the network and aws:region of {stack}."
    except (exceptions.BotoCoreError, exceptions.ClientError) as error:
        yield (
            f"This shell has no valid AWS credentials ({error}). Sign in: aws sso login{option}, "
            "or set AWS_PROFILE, or the variables that your account's access portal shows"
        )


def _builder() -> Iterator[str]:
    """Yield why Docker cannot build the images and push them by digest."""
    if shutil.which("docker") is None:
        yield (
            "Docker, which builds the images, is not installed, or not on the PATH. Install it: "
            "https://docs.docker.com/get-started/get-docker/"
        )
        return
    if _run(None, "docker", "buildx", "version").returncode:
        yield (
            "Docker's buildx plugin, which builds the images, is not installed. Install it: "
            "https://docs.docker.com/go/buildx/"
        )
        return
    try:
        asked = _run(None, "docker", "buildx", "inspect", "--bootstrap")
    except subprocess.TimeoutExpired:
        yield f"Docker's builder does not start. Create another one: {_CREATE_BUILDER}"
        return
    if _ENGINE_STOPPED.search(asked.stdout + asked.stderr):
        yield (
            "Docker does not answer. Start it: sudo systemctl start docker (or open Docker "
            "Desktop), or set DOCKER_HOST"
        )
    elif asked.returncode:
        yield (
            f"Docker's builder does not start ({_error_line(asked)}). Create another one: "
            f"{_CREATE_BUILDER}"
        )
    elif re.search(r"^Driver: +docker$", asked.stdout, re.MULTILINE):
        yield (
            "Docker's own builder cannot push images by digest. Create one that can: "
            f"{_CREATE_BUILDER}"
        )


def _run(root: Path | None, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=BOOT_SECONDS,
    )


def _error_line(ended: subprocess.CompletedProcess[str]) -> str:
    """Return the last line that a failed command printed, without its ``error:``."""
    lines = (ended.stderr.strip() or ended.stdout.strip() or "no message").splitlines()
    return re.sub(r"^error: ", "", lines[-1].strip(), flags=re.IGNORECASE).rstrip(".")
