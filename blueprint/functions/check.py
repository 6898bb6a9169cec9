"""What tests one function: its own tests, its types, its image's imports, its program parts."""

import sys
from pathlib import Path

from blueprint.functions.names import check_known, folder_of

_SHARED = (
    "tests/handlers/runtime/test_cold_path.py",
    "tests/handlers/runtime/test_deadline.py",
    "tests/handlers/runtime/test_what_is_logged.py",
    "tests/infra/test_iam_documents.py",
    "tests/infra/test_settings_are_grants.py",
    "tests/infra/test_time_limits.py",
    "tests/test_layout.py",
)
"""Tests of all functions, of which one function's are selected by its name."""


def commands(root: Path, name: str) -> list[list[str]]:
    """Return the commands that test a function in seconds; each must end with 0.

    Raises:
        WrongName: there is no such function.
    """
    check_known(root, name)
    folder = folder_of(name)
    own = f"tests/functions/{folder}"
    whole_system = [f"--ignore={own}/e2e", f"--ignore={own}/faults"]
    return [
        [sys.executable, "-m", "mypy", f"handlers/{folder}"],
        [sys.executable, "-m", "pytest", "-q", own, *whole_system, *_SHARED,
         "-k", f"{folder} or {name}"],
    ]  # fmt: skip
