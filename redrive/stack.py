"""A stack in AWS: its outputs, as the Pulumi CLI knows them, and clients of its region."""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config

from redrive.command import Client
from redrive.errors import RedriveError
from redrive.sources import Source

ROOT = Path(__file__).parent.parent

_REGION = re.compile(r"https://sqs\.([a-z0-9-]+)\.amazonaws\.com")
_FUNCTION = Config(
    # A function may run for 15 minutes. Whoever asks again meanwhile starts it a second time.
    read_timeout=920,
    connect_timeout=10,
    tcp_keepalive=True,
    retries={"mode": "standard", "total_max_attempts": 1},
)
_OTHERS = Config(
    read_timeout=30, connect_timeout=10, retries={"mode": "standard", "total_max_attempts": 5}
)


def outputs(stack: str) -> Mapping[str, Any]:
    """Ask the Pulumi CLI for a stack's outputs.

    Raises:
        RedriveError: the CLI is not installed, or says what is wrong.
    """
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        raise RedriveError(
            "The Pulumi CLI is not installed, or not on the PATH: "
            "https://www.pulumi.com/docs/install/"
        )
    asked = subprocess.run(
        [pulumi, "stack", "output", "--json", "--stack", stack],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode:
        raise RedriveError(f"The Pulumi CLI gives no outputs of {stack!r}: {asked.stderr.strip()}")
    found: Mapping[str, Any] = json.loads(asked.stdout)
    return found


def region(source: Source) -> str:
    """Give the region of a queue, from its URL.

    Raises:
        RedriveError: the URL is none of AWS's.
    """
    if found := _REGION.match(source.url):
        return found[1]
    raise RedriveError(f"{source.name} is no queue of AWS: its URL is {source.url!r}")


def clients(region_name: str) -> Client:
    """Give what makes clients of a region, with the credentials of this shell; each made once."""
    session = botocore.session.get_session()

    @cache
    def client(service: str) -> Any:
        config = _FUNCTION if service == "lambda" else _OTHERS
        return session.create_client(service, region_name=region_name, config=config)

    return client
