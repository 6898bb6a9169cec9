"""The error that every command for a deployed stack raises for what its user can fix."""


class OpsError(Exception):
    """Says what is wrong, the value given, and what to do; printed without a traceback."""

    exit_code = 1
