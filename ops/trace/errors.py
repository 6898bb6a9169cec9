"""Errors of ``app trace``."""

from ops.errors import OpsError


class TraceError(OpsError):
    """The chain cannot be printed; the text says why."""
