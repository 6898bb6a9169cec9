"""The names of the program's functions, read from their folders."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

_HANDLERS = Path(__file__).parents[2] / "handlers"


def function_names() -> list[str]:
    """Return the names of all functions, such as ``my-function`` of ``handlers/my_function``."""
    return sorted(p.parent.name.replace("_", "-") for p in _HANDLERS.glob("*/handler.py"))


def _function_name(name: str) -> str:
    if name not in function_names():
        raise ValueError(f"no such function; allowed: {', '.join(function_names())}")
    return name


FunctionName = Annotated[str, AfterValidator(_function_name)]
