"""The emulator and the project that resources belong to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.aws import ACCOUNT_ID, Aws
from local.deployed import Deployed
from local.naming import DEFAULT_PATTERN


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where resources are made: the emulator and the project's folder; and what was deployed.

    Attributes:
        images: by the function's folder, the images that functions run from; None for workers.
        live: the project's folder, if containers of these images import the functions' sources
            from there.
        error_texts: functions log the text of every error, as they must not in AWS.
        naming: pattern for the names of resources that the program leaves unnamed.
        addresses: by the beginning of an AWS URL, the emulator's URL in place of it.
    """

    aws: Aws
    root: Path
    images: Mapping[str, str] | None = None
    live: Path | None = None
    error_texts: bool = False
    naming: str = DEFAULT_PATTERN
    deployed: Deployed = field(default_factory=Deployed)
    addresses: dict[str, str] = field(default_factory=dict)

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of something in this account and region."""
        return f"arn:aws:{service}:{self.aws.region}:{ACCOUNT_ID}:{resource}"

    def here(self, value: Any) -> Any:
        """Return an output or a setting with the emulator's URLs in place of AWS's."""
        for theirs, ours in self.addresses.items() if isinstance(value, str) else ():
            value = value.replace(theirs, ours)
        return value
