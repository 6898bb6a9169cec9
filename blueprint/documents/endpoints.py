"""The emulator's endpoints for the AWS provider: ``aws:endpoints`` in ``Pulumi.compose.yaml``."""

from collections.abc import Iterable

URL = "http://localhost:4566"
"""Where ``docker-compose.yml`` publishes the emulator."""

_ALWAYS = ("sts", "s3control")
"""The provider asks ``sts`` for the account, and reads bucket tags through ``s3control``. The host
name of ``s3control`` holds the account, so ``aws:skipRequestingAccountId`` must not be set."""

# The provider's names of services that differ from the resource's module.
_MODULES = {"cognito": "cognitoidp", "vpc": "ec2"}
_LOGS = "aws:cloudwatch/log"


def services(types: Iterable[str]) -> list[str]:
    """Return the provider's names of the services that make resources of these types.

    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/custom-service-endpoints
    """
    found = set(_ALWAYS)
    for kind in types:
        if kind.startswith(_LOGS):
            found.add("logs")
        elif kind.startswith("aws:"):
            module = kind.removeprefix("aws:").partition("/")[0]
            found.add(_MODULES.get(module, module))
    return sorted(found)


def as_yaml(types: Iterable[str]) -> str:
    """Return the endpoints of the services as lines of YAML."""
    lines = [f"{service}: {URL}" for service in services(types)]
    return "    - " + "\n      ".join(lines) + "\n"
