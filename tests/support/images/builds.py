"""Builds of images, and edits of what they are built from."""

import time
from pathlib import Path
from typing import Any

from local.engine import Engine
from local.images import build_all
from tests.support.images.bases import Bases


def build(engine: Engine, bases: Bases, functions: list[str], **options: Any) -> dict[str, Any]:
    return dict(build_all(functions, base_image=bases.native, engine=engine, **options))


def edit(tree: Path, function: str) -> None:
    """Change a handler in a new way, so that no earlier build is cached."""
    handler = tree / "handlers" / function / "handler.py"
    handler.write_text(f"{handler.read_text()}\nEDITED = {time.time_ns()}\n")
