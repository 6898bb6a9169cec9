"""Time as this system writes it: UTC, to the second."""

from datetime import UTC, datetime


def timestamp(epoch_seconds: float) -> str:
    """Format a time by RFC 3339, such as ``2026-11-23T03:28:47Z``."""
    return datetime.fromtimestamp(epoch_seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(epoch_seconds: float) -> str:
    """Format the UTC day of a time, such as ``2026-11-23``."""
    return datetime.fromtimestamp(epoch_seconds, UTC).strftime("%Y-%m-%d")
