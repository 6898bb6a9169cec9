"""checkov on the exported resources of stacks."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checks.scan.environment import worker
from checks.scan.export import Export
from checks.scan.findings import Finding


@dataclass(frozen=True)
class Scanned:
    """What checkov did with one stack.

    Attributes:
        findings: the failed checks.
        checks: the ids of all checks that were evaluated.
        evaluated: the resources that a check passed or failed.
        expected: the resources of types that checkov's checks are about.
        errors: where checkov itself failed.
    """

    findings: tuple[Finding, ...]
    checks: frozenset[str]
    evaluated: frozenset[str]
    expected: frozenset[str]
    errors: tuple[str, ...]

    def gaps(self, least_checks: int) -> Iterator[str]:
        """Say what was not scanned that should have been: a scan of nothing finds nothing."""
        yield from self.errors
        missing = sorted(self.expected - self.evaluated)
        if missing or not self.expected:
            yield f"checkov evaluated no check on {', '.join(missing) or 'any resource'}"
        if len(self.checks) < least_checks:
            yield f"checkov evaluated {len(self.checks)} checks; {least_checks} are expected"


def scan(exports: Mapping[str, Export]) -> dict[str, Scanned]:
    """Scan exports by stack."""
    with tempfile.TemporaryDirectory() as folder:
        for stack, export in exports.items():
            export.write(Path(folder) / stack)
        answer = worker("run_checkov", [f"{folder}/{stack}" for stack in exports])
        return {
            stack: _scanned(stack, export, answer["reports"][f"{folder}/{stack}"], answer["known"])
            for stack, export in exports.items()
        }


def _scanned(stack: str, export: Export, report: Mapping[str, Any], known: list[str]) -> Scanned:
    evaluated = [*report["passed"], *report["failed"]]
    return Scanned(
        findings=tuple(
            Finding(check=check, resource=address, stack=stack, message=message)
            for check, address, message in report["failed"]
        ),
        checks=frozenset(check for check, *_ in evaluated),
        evaluated=frozenset(address for _, address, *_ in evaluated),
        expected=frozenset(
            f"{type_}.{name}" for type_ in known for name in export.resources.get(type_, {})
        ),
        errors=tuple(report["errors"]),
    )
