"""Where the provider finds an emulator's services: ``aws:endpoints`` in ``Pulumi.compose.yaml``."""

from collections.abc import Iterable

URL = "http://localhost:4566"
"""Where ``docker-compose.yml`` publishes the emulator."""

_ALWAYS = ("sts", "s3control")
"""``sts`` tells the account; by ``s3control`` the provider reads a bucket's tags, and it asks for
the account in its host's name, so ``aws:skipRequestingAccountId`` must not be set."""

# The provider's names of services, where a resource's module is called otherwise.
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


def listed(types: Iterable[str]) -> str:
    """Return the lines of YAML."""
    lines = [f"{service}: {URL}" for service in services(types)]
    return "    - " + "\n      ".join(lines) + "\n"
