"""A team can delete a feature that it does not need: docs/upgrading.md says how."""

import re
import shutil
from pathlib import Path

import pytest

from blueprint.project import ROOT
from tests.support.tree import WRITE_DOCUMENTS, copied, recorded_functions, run

pytestmark = pytest.mark.long  # a copy of the tree, and its quick checks

SECTION = (ROOT / "docs/upgrading.md").read_text().partition("## Delete a feature")[2]
FEATURES = {
    name: re.findall(r"`([^`]+)`", row)
    for name, row in re.findall(r"^\| ([a-z ]+) \| (`.*`) \|$", SECTION, re.M)
}

WORDS = {
    "live push": {
        "__main__.py": [
            r"from features\.live_uploads import LiveUploads\n",
            r"live = LiveUploads\(.*\)\n",
            r"    \*\*live\.functions,\n",
            r", \*live\.routes\(functions\)",
            r"live\.trigger\(functions, api\)\n",
            r", live\.changes",
            r", sockets=\[live\.stage\]",
        ],
        "handlers/domain/api.py": [
            r"from handlers\.domain\.live import Ticket\n",
            r"    Ticket,\n",
        ],
        "ops/smoke/steps.py": [
            r"from ops\.smoke\.live import listen\n",
            r'            with self\._step\("live push answers"\):\n.*\n',
        ],
        "Pulumi.prod.yaml": [r"    (create-ticket|live-uploads|push-uploads):\n(      .*\n)+"],
    },
}
"""By file, the words of each feature, as regular expressions."""


def test_every_feature_has_its_words() -> None:
    assert set(WORDS) == set(FEATURES)


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_can_be_deleted(feature: str, tmp_path: Path) -> None:
    tree = copied(tmp_path / "tree")
    for pattern in FEATURES[feature]:
        found = list(tree.glob(pattern))
        assert found, pattern
        for path in found:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name, expressions in WORDS[feature].items():
        text = (tree / name).read_text()
        for expression in expressions:
            text, count = re.subn(expression, "", text)
            assert count, (name, expression)
        (tree / name).write_text(text)
    functions = recorded_functions(tree)["prod"]
    assert "get-upload" in functions  # uploads stay
    gone = {Path(p).name.replace("_", "-") for p in FEATURES[feature] if p.startswith("images/")}
    assert gone
    assert not gone & set(functions)
    run(tree, "-c", WRITE_DOCUMENTS)
    quick = [
        "tests/test_layout.py",
        "tests/infra/test_components.py",
        "tests/infra/test_settings_are_grants.py",
        "tests/infra/test_iam_documents.py",
        "tests/infra/test_websocket.py",
        "tests/handlers/test_who_may.py",
        "tests/functions/get_upload",
    ]
    run(tree, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--collect-only", "tests")
    run(tree, "-m", "pytest", "-q", "-p", "no:cacheprovider", *quick)
