"""Runs checkov on the exported resources of stacks."""

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
    """checkov's report on a stack.

    Attributes:
        findings: the failed checks.
        checks: the ids of all checks that checkov evaluated.
        evaluated: the resources that passed or failed a check.
        expected: the resources of the types that checkov has checks for.
        errors: the errors of checkov itself.
    """

    findings: tuple[Finding, ...]
    checks: frozenset[str]
    evaluated: frozenset[str]
    expected: frozenset[str]
    errors: tuple[str, ...]

    def gaps(self, least_checks: int) -> Iterator[str]:
        """Yield what checkov should have scanned but did not."""
        yield from self.errors
        missing = sorted(self.expected - self.evaluated)
        if missing or not self.expected:
            yield f"checkov evaluated no check on {', '.join(missing) or 'any resource'}"
        if len(self.checks) < least_checks:
            yield f"checkov evaluated {len(self.checks)} checks; {least_checks} are expected"


def scan(exports: Mapping[str, Export]) -> dict[str, Scanned]:
    """Run checkov on each stack's export."""
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
