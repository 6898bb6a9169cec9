"""Names of what the program gives no name, as Pulumi makes them."""

import re
import secrets

from local.errors import LocalError

DEFAULT_PATTERN = "${name}-${hex(7)}"
"""How Pulumi names what neither program nor project names."""

_EXPRESSION = re.compile(r"\$\{(?:(name)|hex\(([0-9]+)\)|[^}]*)\}")


def auto_name(logical: str, limit: int, suffix: str = "", pattern: str = DEFAULT_PATTERN) -> str:
    """Make a physical name as Pulumi does: the logical name in the pattern, with random digits.

    Args:
        logical: the resource's name in the program.
        limit: longest name that the service takes.
        suffix: what the name must end with, such as ``.fifo``.
        pattern: that of ``pulumi:autonaming``, of which ``${name}`` and ``${hex(n)}`` are left.

    Raises:
        LocalError: the name would be too long, or the pattern holds something else.
    """

    def evaluated(expression: re.Match[str]) -> str:
        if expression[1]:
            return logical
        if expression[2]:
            return secrets.token_hex(int(expression[2]))[: int(expression[2])]
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
