"""The hint after an edit of requirements."""

from importlib import metadata
from pathlib import Path

import pytest

from local.watch import packages_hint


@pytest.mark.parametrize(
    ("lock", "hint"),
    [
        (f"pydantic=={metadata.version('pydantic')} ; python_version > '3' \\\n  --hash=x\n", None),
        (
            "pydantic==0.1\nno-such==2.0\n",
            "no-such 2.0, pydantic 0.1. Install and restart: app down",
        ),
    ],
)
def test_workers_lack_what_is_not_installed(tmp_path: Path, lock: str, hint: str | None) -> None:
    (tmp_path / "images/f").mkdir(parents=True)
    (tmp_path / "images/f/requirements.txt").write_text(lock)
    edited = ["images/f/requirements.in", "images/f/requirements.txt"]
    said = packages_hint(tmp_path, edited, containers=False)
    assert said == hint or hint in said
    assert packages_hint(tmp_path, edited, containers=True) is None
    assert packages_hint(tmp_path, edited[:1], containers=True).endswith("make lock")
    assert packages_hint(tmp_path, ["handlers/f/handler.py"], containers=False) is None
