"""What can be wrong with a queue, and with one message."""

from ops.errors import OpsError


class RedriveError(OpsError):
    """The queue or the stack is not as expected."""


class CannotRedrive(Exception):
    """One dead letter cannot be processed again; the text says why, and quotes nothing of it."""
