"""Physical names of resources that the program leaves unnamed, as Pulumi makes them."""

import hashlib
import json
import re

from blueprint.project import Project
from local.errors import LocalError

DEFAULT_PATTERN = "${name}-${hex(7)}"
"""Pulumi's own pattern, for a project that configures none."""

_EXPRESSION = re.compile(r"\$\{(?:(name)|hex\(([0-9]+)\)|[^}]*)\}")


def pattern(project: Project) -> str:
    """Return the project's pattern for names, with ``${name}`` and ``${hex(n)}`` left to fill in.

    https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming-configuration

    Raises:
        LocalError: ``pulumi:autonaming`` holds more than a pattern.
    """
    settings = json.loads(project.config.get("pulumi:autonaming", "{}"))
    if set(settings) - {"pattern"}:
        raise LocalError(
            f"`pulumi:autonaming` is {settings}; the local cloud knows only a `pattern`."
        )
    configured = str(settings.get("pattern", DEFAULT_PATTERN))
    return configured.replace("${project}", project.name).replace("${stack}", project.stack)


def auto_name(
    logical: str, limit: int, suffix: str = "", pattern: str = DEFAULT_PATTERN, *, seed: str
) -> str:
    """Return a physical name as Pulumi makes it: the logical name in the pattern, and digits.

    Pulumi's digits are random. Here they follow from the seed: names stay the same from one start
    to the next.

    Args:
        logical: the resource's name in the program.
        limit: the longest name that the service accepts.
        suffix: what the name must end with, such as ``.fifo``.
        pattern: of ``${name}``, ``${hex(n)}`` and text.
        seed: identifies the resource.

    Raises:
        LocalError: the name would be too long, or the pattern holds another expression.
    """

    def evaluated(expression: re.Match[str]) -> str:
        if expression[1]:
            return logical
        if expression[2]:
            return hashlib.shake_256(seed.encode()).hexdigest(int(expression[2]))[
                : int(expression[2])
            ]
        raise LocalError(
            f"pulumi:autonaming holds {expression[0]}; the local cloud knows ${{project}}, "
            "${stack}, ${name} and ${hex(n)}."
        )

    name = _EXPRESSION.sub(evaluated, pattern) + suffix
    if len(name) > limit:
        raise LocalError(
            f"The name {name!r} has {len(name)} characters; the service takes {limit}. Shorten the "
            "resource's or the stack's name."
        )
    return name
