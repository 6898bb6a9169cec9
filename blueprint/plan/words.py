"""The plan's wording of types, references, values and counts."""

import json
import re
from typing import Any

from blueprint.references import REFERENCE

LONGEST = 160
_MARK = re.compile(r"\b(?:secret|encrypted):[0-9a-f]{64}\b")
_HASH = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{56}\b")


def short_type(type_: str) -> str:
    """Return ``sqs.Queue`` for ``aws:sqs/queue:Queue``; for a component's type, its class."""
    package, module, name = type_.split(":")
    if package == "serverless":
        return name
    return f"{module.partition('/')[0] if package == 'aws' else package}.{name}"


def logical_names(text: str) -> str:
    """Return a text with logical names in place of references, such as ``users/index/by-day``."""
    return REFERENCE.sub(lambda found: found[2], text)


def shortened(value: Any) -> str:
    """Return a value as one short line: ``${queue.arn}`` for a reference, secrets hidden.

    Hashes are shortened. A text of more than LONGEST characters is cut, with a note.
    """
    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
    text = REFERENCE.sub(lambda found: f"${{{found[2]}.{found[3]}}}", text)
    text = _HASH.sub(r"\1…", _MARK.sub("(secret)", text))
    text = "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"


def is_secret(value: Any) -> bool:
    """Return whether a value is, or holds, the mark of a secret."""
    return bool(_MARK.search(json.dumps(value)))


def plural(number: int, what: str) -> str:
    """Return a number with its noun: ``1 resource``, ``2 resources``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
