"""Structured logs: one record for each outcome, which a metric filter counts.

Lambda's JSON log format turns ``extra`` fields into members of the record and adds the request's
id. Names, addresses, bodies and object keys never go into a record.
"""

import logging

logger = logging.getLogger("app")


def outcome(name: str, *, level: int = logging.INFO, **fields: str | int | float | None) -> None:
    """Log what became of one request, message or file.

    Args:
        name: the outcome, such as ``created`` or ``email_taken``: a short fixed set for each
            function, for each value becomes a metric (see ``infra/monitoring.py``).
        level: a level of ``logging``; ``WARNING`` for what somebody may want to look at.
        fields: ids and numbers that help to find the request, and no personal data.
    """
    logger.log(level, name, extra={"outcome": name, **fields})
