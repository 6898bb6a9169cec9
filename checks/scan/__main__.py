"""Run independent scanners over the program's resources, and over what it uses.

checkov on the resources, exported as Terraform's JSON; parliament on the IAM documents; pip-audit
on the pinned requirements. Ends with 1 where one finds something that is not waived, where a
waiver waives nothing, or where less was looked at than should be.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence

from blueprint import recorder
from blueprint.arns import ArnRecorder
from blueprint.project import ROOT
from blueprint.references import ReferenceRecorder
from checks.scan import advisories, iam, terraform
from checks.scan.environment import schema
from checks.scan.export import Export
from checks.scan.findings import judge
from checks.scan.schema import Schema
from checks.scan.waivers import CHECKOV, PARLIAMENT

STACKS = {"dev": ROOT, "prod": ROOT, "account": ROOT / "bootstrap"}
"""The folder of each stack's program."""

LEAST_CHECKS = {"dev": 70, "prod": 70, "account": 30}
LEAST_DOCUMENTS = 25

Problems = Iterator[str]


def resources(known: Schema, say: Callable[[str], None]) -> Problems:
    """Scan each stack's resources by checkov; give what is wrong."""
    exports = {}
    for stack, folder in STACKS.items():
        exports[stack] = Export(known)
        ran = recorder.run(stack, folder=folder, recorder=ReferenceRecorder)
        exports[stack].add(ran.recorder.resources)
    for stack, scanned in terraform.scan(exports).items():
        judged = judge(scanned.findings, CHECKOV, stack)
        say(
            f"checkov     {stack:7} {len(scanned.evaluated)} of {exports[stack].count} resources, "
            f"{len(scanned.checks)} checks: {len(judged.standing)} failed, {judged.waived} waived"
        )
        yield from (f"{stack}: {gap}" for gap in scanned.gaps(LEAST_CHECKS[stack]))
        yield from judged.problems


def documents(known: Schema, say: Callable[[str], None]) -> Problems:
    """Scan each stack's IAM documents by parliament; give what is wrong."""
    for stack, folder in STACKS.items():
        ran = recorder.run(stack, folder=folder, recorder=ArnRecorder)
        found = iam.documents(ran.recorder.resources, known)
        judged = judge(iam.scan(found, stack), PARLIAMENT, stack)
        say(
            f"parliament  {stack:7} {len(found)} documents: "
            f"{len(judged.standing)} findings, {judged.waived} waived"
        )
        if len(found) < LEAST_DOCUMENTS:
            yield f"{stack}: {len(found)} IAM documents; {LEAST_DOCUMENTS} are expected"
        yield from judged.problems


def packages(say: Callable[[str], None], *, required: bool) -> Problems:
    """Look the pinned packages up by pip-audit; give what is wrong."""
    service = advisories.reachable_service()
    if service is None:
        say("pip-audit           NOT DONE: no service of advisories can be reached from here")
        if required:
            yield "pip-audit: advisories are required (SCAN_ADVISORIES), and cannot be reached"
        return
    for path in advisories.requirements():
        audited = advisories.audit([path], service)
        name = path.relative_to(ROOT)
        say(f"pip-audit           {name}: {audited.packages} packages by {service}")
        if not audited.packages:
            yield f"pip-audit: looked at nothing in {name}"
        yield from (f"{name}: {known}" for known in audited.vulnerable)


def main() -> int:
    """Scan; print a line for each scanner and stack, then all problems."""
    required = os.environ.get("SCAN_ADVISORIES", "") == "required"
    known = schema()
    problems = [
        *resources(known, _say),
        *documents(known, _say),
        *packages(_say, required=required),
    ]
    return _conclude(problems)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _conclude(problems: Sequence[str]) -> int:
    for problem in problems:
        _say(f"! {problem}")
    if problems:
        _say("What cannot be mended is waived in checks/scan/waivers.py, with its reason.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
