"""Writes values as JSON that is safe to show in a terminal, whoever wrote the values."""

import json
import re
from typing import Any

# Those that JSON itself does not escape: of terminals, and of the direction of writing.
_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def terminal_json(value: Any, *, indent: int | None = 2) -> str:
    """Return JSON with characters as they are, except control characters, which are escaped."""
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
