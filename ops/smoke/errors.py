"""What ends a smoke test."""

from ops.errors import OpsError


class SmokeError(OpsError):
    """The test cannot run, or cannot clean up."""


class Failed(SmokeError):
    """The stack does not do what it should; the text says what was expected, and what it did."""
