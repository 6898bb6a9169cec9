from pathlib import Path
from typing import Any

import handlers

FUNCTIONS = sorted(path.parent.name for path in Path(handlers.__path__[0]).glob("*/handler.py"))


def environment(settings: Any) -> dict[str, str]:
    """Return the variables that a function's settings are read from."""
    fields = settings.__dataclass_fields__
    return {"AWS_DEFAULT_REGION": "us-east-1"} | {name.upper(): "1" for name in fields}
