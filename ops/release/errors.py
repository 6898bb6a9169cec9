"""What ends a release.

OpsError
└── ReleaseError            something is wrong: what, the value, what to do
    └── ChangedMeanwhile    somebody else changed an alias since this command read or wrote it
AlarmFired                  an alarm fired while new versions were watched
"""

from botocore.exceptions import BotoCoreError, ClientError

from ops.errors import OpsError

AwsError = (BotoCoreError, ClientError)
DONE, ROLLED_BACK, FAILED, INTERRUPTED = 0, 1, 3, 130
"""Exit codes."""


class ReleaseError(OpsError):
    """The release cannot go on. 1 is the exit code of a release that was rolled back."""

    exit_code = 3


class ChangedMeanwhile(ReleaseError):
    """Somebody else changed the alias and continues; this command changes nothing more."""


class AlarmFired(Exception):
    """The text names the alarms that fired."""
