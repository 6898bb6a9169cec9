from pathlib import Path
from typing import Any

import handlers

FUNCTIONS = sorted(path.parent.name for path in Path(handlers.__path__[0]).glob("*/handler.py"))


def environment(settings: Any) -> dict[str, str]:
    """Return the variables that a function's settings are read from."""
    fields = settings.__dataclass_fields__
    return {"AWS_DEFAULT_REGION": "us-east-1"} | {
        name.upper(): "http://127.0.0.1:1" if name.endswith("_endpoint") else "1" for name in fields
    }
