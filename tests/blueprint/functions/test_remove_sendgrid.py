"""SendGrid removed from a copy of this tree, as docs/upgrading.md says."""

import re
from pathlib import Path

import pytest

from blueprint.project import ROOT
from tests.support.functions import FUNCTIONS
from tests.support.tree import check, copied, run

pytestmark = pytest.mark.skipif(
    not (ROOT / "infra/access/sendgrid.py").exists(), reason="it was removed"
)

_GUIDE = (ROOT / "docs/upgrading.md").read_text().partition("## Delete SendGrid\n")[2]
_FILES, _MODULES = (re.findall("`([^`]+)`", part) for part in _GUIDE.split("\n\n")[1:3])

# What each module has of it: patterns of whole lines and expressions.
_PARTS = {
    "infra/stack.py": [
        r"^from infra\.access\.sendgrid import .*\n",
        r'^        if mail\.provider == "sendgrid":\n(?:            .*\n)+',
    ],
    "config.py": [', "sendgrid"', r'^        " sendgrid: .*\n.*(?=,\n)'],
    "handlers/send_email/handler.py": [
        r"^    if not settings\.configuration_set:\n(?:        .*\n|\n)+?(?=    from )",
    ],
    "bootstrap/permissions/watching.py": [
        r'^    "aws:secretsmanager/secret:Secret": \(\n(?:        .*\n)+    \),\n',
    ],
    "local/deployer.py": [
        r"^from local import sendgrid\n",
        r"^ +sendgrid\.API: .*\n",
    ],
    "local/history/calls.py": [
        r"^from local\.sendgrid import .*\n",
        r"^    if exchange\.path == SEND:\n.*\n",
    ],
    "local/server/gate.py": [
        r"^    sendgrid,\n",
        r"^    if sendgrid\.wants\(scope\):\n(?:        .*\n)+",
    ],
    "local/server/tap.py": [
        r"^from local\.sendgrid import .*\n",
        r" or path\.startswith\(PREFIX\)",
    ],
    "tests/support/accounts.py": [r'^.*"provider": "sendgrid".*\n'],
}

_QUICK = [
    "tests/test_layout.py",
    "tests/infra/test_program_runs.py",
    "tests/infra/test_settings_are_grants.py",
    "tests/functions/send_email/test_handler.py",
]


def test_the_guide_names_what_has_to_be_edited() -> None:
    assert {name for name in _MODULES if name.endswith(".py")} == set(_PARTS)
    assert [name for name in _FILES if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("name", _PARTS)
def test_each_module_has_it_in_parts_of_their_own(name: str) -> None:
    """The rest is Python, and names it no more."""
    left = _without((ROOT / name).read_text(), _PARTS[name])
    compile(left, name, "exec")
    assert "sendgrid" not in left.lower()


@pytest.mark.long
def test_it_can_be_removed(tmp_path: Path) -> None:
    tree = copied(tmp_path / "tree")
    for name in _FILES:
        (tree / name).unlink()
    for name, parts in _PARTS.items():
        (tree / name).write_text(_without((tree / name).read_text(), parts))
    fixed = ["ruff", "check", "--fix", "--select", "F"]  # nothing undefined, nothing unused
    run(tree, "-m", *fixed, "infra", "handlers", "local", "bootstrap", "tests/support")
    check(tree, FUNCTIONS, *_QUICK)


def _without(text: str, parts: list[str]) -> str:
    for part in parts:
        text, count = re.subn(part, "", text, flags=re.MULTILINE)
        assert count == 1, part
    return text
