"""Sample events and files: each function's stand with its tests."""

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FUNCTIONS = ROOT / "tests" / "functions"
PICTURE = FUNCTIONS / "process_upload" / "picture.jpg"


def event(function: str, variant: str = "") -> dict[str, Any]:
    """Return a fresh copy of a function's sample event.

    Args:
        function: the function's folder, such as ``create_user``.
        variant: which of its further samples, such as ``idempotent``.
    """
    name = f"event_{variant}.json" if variant else "event.json"
    loaded: dict[str, Any] = json.loads((FUNCTIONS / function / name).read_text())
    return loaded
