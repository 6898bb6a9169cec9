"""The header ``Idempotency-Key``, which makes a retry safe."""

import re

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class InvalidKey(Exception):
    """The key is refused; the text tells the caller why."""


def parse_idempotency_key(value: str | None) -> str | None:
    """Check an ``Idempotency-Key`` header, which may be absent.

    Raises:
        InvalidKey: the key is empty, too long, or has other characters than visible ASCII.
    """
    if value is not None and not _KEY.fullmatch(value):
        raise InvalidKey(
            f"Idempotency-Key has {len(value)} characters; it must have 1 to 255, visible ASCII "
            "without spaces, so that it arrives unchanged"
        )
    return value
