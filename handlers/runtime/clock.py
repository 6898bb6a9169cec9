"""The format of times in this system: UTC, to the second.

``isoformat`` is three times as fast as ``strftime``, and every request formats a time.
"""

from datetime import UTC, datetime


def timestamp(epoch_seconds: float) -> str:
    """Format a time by RFC 3339, such as ``2026-11-23T03:28:47Z``."""
    moment = datetime.fromtimestamp(epoch_seconds, UTC).replace(microsecond=0, tzinfo=None)
    return f"{moment.isoformat()}Z"


def day(epoch_seconds: float) -> str:
    """Format the UTC day of a time, such as ``2026-11-23``."""
    return datetime.fromtimestamp(epoch_seconds, UTC).date().isoformat()
