"""What ends a smoke test."""

from ops.errors import OpsError, WrongUsage


class SmokeError(OpsError):
    """The test cannot run, or cannot clean up."""


class WrongTarget(SmokeError, WrongUsage):
    """The URL, or what it needs in the environment, is wrong."""


class Failed(SmokeError):
    """The stack does not do what it should; the text says what was expected, and what it did."""
