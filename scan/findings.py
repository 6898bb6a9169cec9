"""What scanners find, and which of it is waived for which reason."""

import fnmatch
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a scanner objects to.

    Attributes:
        check: the check's id, as the scanner names it.
        resource: type and name, as in Terraform: ``aws_sqs_queue.emails``.
        stack: the stack whose resource it is.
        message: what is wrong.
    """

    check: str
    resource: str
    stack: str
    message: str

    def __str__(self) -> str:
        """Give one line of text."""
        return f"{self.stack}: {self.resource}: {self.check}: {self.message}"


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """A check that is not to be met, and why.

    Attributes:
        check: the check's id.
        resources: a pattern of resources, with ``*``.
        stacks: in which stacks.
        reason: why it need not, or cannot, be met.
    """

    check: str
    resources: str
    stacks: Sequence[str]
    reason: str

    def covers(self, finding: Finding) -> bool:
        """Tell whether the finding is waived by this."""
        return (
            finding.check == self.check
            and finding.stack in self.stacks
            and fnmatch.fnmatchcase(finding.resource, self.resources)
        )


@dataclass(frozen=True)
class Judgement:
    """Findings after waivers: those that stand, how many do not, and the waivers of nothing."""

    standing: Sequence[Finding]
    waived: int
    unused: Sequence[str]


def judge(findings: Iterable[Finding], waivers: Sequence[Waiver]) -> Judgement:
    """Take the waived findings away; name, by stack, each waiver that waives nothing."""
    found = list(findings)
    standing = [f for f in found if not any(waiver.covers(f) for waiver in waivers)]
    unused = [
        f"{stack}: the waiver of {waiver.check} on {waiver.resources} waives nothing: take it away"
        for waiver in waivers
        for stack in waiver.stacks
        if not any(waiver.covers(f) for f in found if f.stack == stack)
    ]
    return Judgement(standing, len(found) - len(standing), unused)
