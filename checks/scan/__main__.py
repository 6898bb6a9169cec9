"""Run independent scanners on the program's resources and on its dependencies.

checkov scans the resources, exported as Terraform JSON. parliament scans the IAM documents, and
pip-audit the pinned requirements. Exits with 1 if a scanner finds a problem without a waiver, if a
waiver is unused, or if a scanner looked at less than expected.
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

PROGRAMS = {"dev": ROOT, "prod": ROOT, "account": ROOT / "bootstrap"}
STACKS = {stack: folder for stack, folder in PROGRAMS.items() if folder.is_dir()}
"""The stacks to scan, with the folder of each stack's program."""

LEAST_CHECKS = {"dev": 70, "prod": 70, "account": 30}
LEAST_DOCUMENTS = 25

Problems = Iterator[str]


def resources(known: Schema, say: Callable[[str], None]) -> Problems:
    """Run checkov on each stack's resources; yield the problems."""
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
    """Run parliament on each stack's IAM documents; yield the problems."""
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
    """Run pip-audit on the pinned packages; yield the problems."""
    service = advisories.reachable_service()
    if service is None:
        say("pip-audit           NOT DONE: no advisory service can be reached from here")
        if required:
            yield (
                "pip-audit: no advisory service can be reached, and SCAN_ADVISORIES=required; "
                "check the network"
            )
        return
    for path in advisories.requirements():
        audited = advisories.audit([path], service)
        name = path.relative_to(ROOT)
        say(f"pip-audit           {name}: {audited.packages} packages, by {service}")
        if not audited.packages:
            yield f"pip-audit: found no packages in {name}"
        yield from (f"{name}: {known}" for known in audited.vulnerable)


def main() -> int:
    """Run all scanners; print a line per scanner and stack, then all problems."""
    required = os.environ.get("SCAN_ADVISORIES", "") == "required"
    known = schema()
    problems = [
        *resources(known, _say),
        *documents(known, _say),
        *packages(_say, required=required),
    ]
    return conclude(problems)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def conclude(problems: Sequence[str]) -> int:
    """Print the problems, and return the exit code."""
    for problem in problems:
        _say(f"! {problem}")
    if problems:
        _say("Fix these, or add a waiver with its reason to checks/scan/waivers.py.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
