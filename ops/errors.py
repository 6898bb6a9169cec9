"""The errors that commands for deployed stacks raise for what their user can fix."""


class OpsError(Exception):
    """Says what is wrong, the value given, and what to do; printed without a traceback."""

    exit_code = 1


class WrongUsage(OpsError):
    """An argument on the command line is wrong."""

    exit_code = 2
