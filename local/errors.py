"""The error that every part of the local cloud raises for what the user can mend.

LocalError
├── NotRunning      no local cloud is running (or it has ended)
└── DeployFailed    the program, or one of its resources, failed
"""


class LocalError(Exception):
    """Says what is wrong, the value given, and what to do; printed without a traceback."""


class NotRunning(LocalError):
    """No local cloud is running."""


class DeployFailed(LocalError):
    """The program could not be deployed."""
