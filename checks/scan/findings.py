"""What scanners find, and which of it is waived for which reason."""

import fnmatch
from collections.abc import Sequence
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
        """Return one line of text."""
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
    """A stack's findings after waivers: those that stand, and the waivers that waive nothing."""

    standing: Sequence[Finding]
    waived: int
    unused: Sequence[str]

    @property
    def problems(self) -> Sequence[str]:
        """All that must change, one line each."""
        return [*map(str, self.standing), *self.unused]


def judge(findings: Sequence[Finding], waivers: Sequence[Waiver], stack: str) -> Judgement:
    """Take the waived findings of a stack away; name each waiver there that waives nothing."""
    standing = [f for f in findings if not any(waiver.covers(f) for waiver in waivers)]
    unused = [
        f"{stack}: the waiver of {waiver.check} on {waiver.resources} waives nothing: take it away"
        for waiver in waivers
        if stack in waiver.stacks and not any(waiver.covers(f) for f in findings)
    ]
    return Judgement(standing, len(findings) - len(standing), unused)
