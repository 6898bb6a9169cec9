"""Finds which routes the API has: a function or a feature may have been removed."""

import json
from pathlib import Path

_DOCUMENT = Path(__file__).parents[2] / "openapi.json"


def has(method: str, path: str) -> bool:
    """Return True if the API has a route, such as ``GET`` of ``/users/{id}``."""
    paths = json.loads(_DOCUMENT.read_text())["paths"]
    return method.lower() in paths.get(path, {})
