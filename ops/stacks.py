"""Names of stacks: the one that every command knows, and those of the project."""

from pathlib import Path

from ops.errors import WrongUsage

ROOT = Path(__file__).parents[1]

LOCAL = "local"
"""The stack of this machine's cloud, which the Pulumi CLI does not know."""


def check_stack(stack: str, root: Path = ROOT) -> None:
    """Check that the project configures a stack; its name may be ``organization/project/stack``.

    Raises:
        WrongUsage: it does not; the message names the stacks that it configures.
    """
    file = f"Pulumi.{stack.rpartition('/')[2]}.yaml"
    if not (root / file).is_file():
        known = sorted(path.name.split(".")[1] for path in root.glob("Pulumi.*.yaml"))
        raise WrongUsage(
            f"There is no stack {stack!r}: {file} does not exist. Stacks: "
            f"{', '.join(known) or 'none'}."
        )
