"""Runs pip-audit on the pinned requirements, if an advisory service can be reached.

It leaves out the scanners' own requirements: the scanners dictate them, and read only this
repository.
"""

import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blueprint.project import ROOT
from checks.scan.environment import BIN, BrokenScannerError

SERVICES = ("pypi", "osv")
# It has had an advisory since 2018. A service that does not know it has no advisories.
_KNOWN_BAD = "requests==2.19.1\n"


@dataclass(frozen=True)
class Audit:
    """The number of packages, and the vulnerable ones with their advisories."""

    packages: int
    vulnerable: Sequence[str]


def requirements(root: Path = ROOT) -> list[Path]:
    """Return all files with pinned requirements that are installed or shipped."""
    patterns = (
        "requirements*.txt",
        "checks/bench/**/*requirements.txt",
        "checks/policy/requirements.txt",
        "images/**/*requirements.txt",
        "tests/**/*.txt",
    )
    found = {path for pattern in patterns for path in root.glob(pattern)}
    return sorted(path for path in found if "==" in path.read_text())


def reachable_service() -> str | None:
    """Return the first service that knows a well-known advisory, or None."""
    with tempfile.TemporaryDirectory() as folder:
        known_bad = Path(folder) / "requirements.txt"
        known_bad.write_text(_KNOWN_BAD)
        for service in SERVICES:
            try:
                if audit([known_bad], service, "--no-deps").vulnerable:
                    return service
            except BrokenScannerError:
                continue
    return None


def audit(files: Sequence[Path], service: str, *options: str) -> Audit:
    """Look up the advisories of all packages in the files.

    Raises:
        BrokenScannerError: pip-audit failed.
    """
    given = [f"--requirement={path}" for path in files]
    done = subprocess.run(
        [str(BIN / "pip-audit"), "--strict", "--disable-pip", "--progress-spinner=off",
         "--timeout=5", "--format=json", f"--vulnerability-service={service}", *options, *given],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if not done.stdout:
        raise BrokenScannerError(f"pip-audit failed:\n{done.stderr[-2000:]}")
    dependencies = json.loads(done.stdout)["dependencies"]
    return Audit(len(dependencies), list(_vulnerable(dependencies)))


def _vulnerable(dependencies: Sequence[dict[str, Any]]) -> Iterator[str]:
    for dependency in dependencies:
        for known in dependency["vulns"]:
            fixed = ", ".join(known["fix_versions"]) or "no version yet"
            yield f"{dependency['name']} {dependency['version']}: {known['id']}, fixed in {fixed}"
