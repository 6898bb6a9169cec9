"""Which files of tests one worker runs together, as they share what takes long to make."""

import re
from functools import cache
from pathlib import Path

from tests.support.samples import ROOT

RECORDINGS = "recordings"
_SHARED = {
    r"\bprod: Snapshot\b": "plans",
    r"\bstack\(": RECORDINGS,
    r"\bpolicy\.told\b": "policies",
    r"\bsupport\.accounts\b": "accounts",
}
"""Names in a file, and the scope of the files that have them."""

_CLOUD_OF_THE_PROCESS = re.compile(r"\b(cloud: Cloud|api: Api)\b")
_CLOUD_OF_ITS_OWN = re.compile(r"^def (cloud|api)\(", re.MULTILINE)


def of_quick_tests(file: str) -> str:
    """Return what a file shares, or else itself; the path is relative to the project's folder.

    All end-to-end tests are one scope: a second cloud, and the processes of its functions, would
    take as much processor time as these tests.
    """
    if _is_end_to_end(file):
        return "end-to-end"
    text = _text(file)
    return next((scope for name, scope in _SHARED.items() if re.search(name, text)), file)


def of_all_tests(file: str) -> str:
    """Return a file's scope in a run with long tests, as ``of_quick_tests`` does.

    End-to-end tests that use one cloud are two scopes: one's would take longer than all others.
    """
    text = _text(file) if _is_end_to_end(file) else ""
    if _CLOUD_OF_THE_PROCESS.search(text) and not _CLOUD_OF_ITS_OWN.search(text):
        return "/".join(Path(file).parts[:2])
    return file


def _is_end_to_end(file: str) -> bool:
    return Path(file).parent.name == "e2e"


@cache
def _text(file: str) -> str:
    return (ROOT / file).read_text()
