"""Findings of scanners, and waivers with their reasons."""

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A problem that a scanner reports.

    Attributes:
        check: the scanner's id of the check.
        resource: type and name, as in Terraform: ``aws_sqs_queue.emails``.
        stack: the resource's stack.
        message: what is wrong.
    """

    check: str
    resource: str
    stack: str
    message: str

    def __str__(self) -> str:
        """Return one line of text."""
        return f"{self.stack}: {self.resource}: {self.check}: {self.message}"


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """A check that resources need not pass.

    Attributes:
        check: the check's id.
        resources: a pattern of resources, with ``*``.
        stacks: the stacks where the waiver applies.
        reason: why the resources need not, or cannot, pass.
        message: a pattern of what is wrong, with ``*``, for a check that finds many things.
    """

    check: str
    resources: str
    stacks: Sequence[str]
    reason: str
    message: str = "*"

    def covers(self, finding: Finding) -> bool:
        """Return whether the waiver covers the finding."""
        return (
            finding.check == self.check
            and finding.stack in self.stacks
            and fnmatch.fnmatchcase(finding.resource, self.resources)
            and fnmatch.fnmatchcase(finding.message, self.message)
        )


@dataclass(frozen=True)
class Judgement:
    """A stack's findings without a waiver, the number of waived ones, and the unused waivers."""

    standing: Sequence[Finding]
    waived: int
    unused: Sequence[str]

    @property
    def problems(self) -> Sequence[str]:
        """Return everything that must change, one line each."""
        return [*map(str, self.standing), *self.unused]


def judge(findings: Sequence[Finding], waivers: Sequence[Waiver], stack: str) -> Judgement:
    """Remove a stack's waived findings, and name each of its waivers that covers none."""
    standing = [f for f in findings if not any(waiver.covers(f) for waiver in waivers)]
    unused = [
        f"{stack}: the waiver of {waiver.check} on {waiver.resources} covers no finding; remove it"
        for waiver in waivers
        if stack in waiver.stacks and not any(waiver.covers(f) for f in findings)
    ]
    return Judgement(standing, len(findings) - len(standing), unused)
