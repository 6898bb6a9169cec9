"""The state of a function: an edit of anything that its image holds counts."""

import os
import time
from pathlib import Path

import pytest

from local.debugger import PORT_VARIABLE
from local.server.console import functions
from ops.events.model import Failure

FILES = {
    "handlers/__init__.py": "",
    "handlers/one/__init__.py": "",
    "handlers/one/handler.py": "from handlers.domain.user import User\n",
    "handlers/domain/__init__.py": "",
    "handlers/domain/user.py": "from handlers.runtime import log\nUser = 1\n",
    "handlers/domain/other.py": "",
    "handlers/runtime/__init__.py": "",
    "handlers/runtime/log.py": "",
    "images/one/requirements.txt": "",
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    deployed = tmp_path / "console.json"
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(FILES[name])
    deployed.write_text("{}")
    for path in tmp_path.rglob("*"):
        os.utime(path, (1_000, 1_000))
    monkeypatch.setattr(functions, "SETTINGS", deployed)
    return tmp_path


@pytest.mark.parametrize(
    ("edited", "state"),
    [
        ("handlers/one/handler.py", "edited"),
        ("handlers/domain/user.py", "edited"),
        ("handlers/runtime/log.py", "edited"),
        ("images/one/requirements.txt", "edited"),
        ("handlers/domain/other.py", "as deployed"),  # it is not in the image
        (None, "as deployed"),
    ],
)
def test_what_counts_as_an_edit(root: Path, edited: str | None, state: str) -> None:
    if edited:
        os.utime(root / edited, (time.time(), time.time()))
    assert functions.state_of(root, "one", None, {}) == state


def test_other_states(root: Path) -> None:
    assert functions.state_of(root, "one", None, {PORT_VARIABLE: "1"}) == "debugging"
    broken = Failure("Runtime.ImportModuleError")
    assert functions.state_of(root, "one", broken, {}) == "failed to import"
