"""Reads the lines of a function's log."""

import json
from typing import Any


def json_object(line: str) -> dict[str, Any] | None:
    """Return a line as JSON; None if it is no object, such as text that was printed."""
    if not line.startswith("{"):
        return None
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):  # a line may hold what strangers have sent
        return None
    return value if isinstance(value, dict) else None


def log_record(line: str) -> dict[str, Any] | None:
    """Return a line as a record of Lambda's JSON format; None if it is something else."""
    record = json_object(line)
    return record if record is not None and "level" in record else None
