"""What ends a release, and is told without a traceback.

ReleaseError          something is wrong: what, the value, what to do
  ChangedMeanwhile    somebody else has changed an alias since this command read or wrote it
AlarmRang             an alarm rang while new versions were watched
"""


class ReleaseError(Exception):
    """Says what is wrong, the value given, and what to do."""


class ChangedMeanwhile(ReleaseError):
    """Whoever changed the alias goes on; this command leaves everything to them."""


class AlarmRang(Exception):
    """Says which alarms rang."""
