"""A bootstrapped account, the program as it is deployed to it, and what IAM would say.

Decisions are those of the emulator's own evaluator, called without the emulator: it knows what AWS
does of conditions, and the emulator itself is told few of what they are about.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pulumi
from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document
from pulumi.runtime import mocks

from blueprint.arns import ArnRecorder
from blueprint.project import ROOT, stack_settings
from blueprint.recorder import Run, run
from blueprint.recording import ACCOUNT, REGION, Answer, Recorded
from tests.support.functions import ONE
from tests.support.stacks import PROJECT

FOLDER = ROOT / "bootstrap"
NAMESPACE = f"{PROJECT}-bootstrap"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/{NAMESPACE}-prod-boundary"
ENVIRONMENTS: dict[str, Any] = {
    "dev": {"sender": "dev.example.com", "destroy": True},
    "preview": {"sender": "dev.example.com", "destroy": True, "stacks": "pr-*"},
    "prod": {"sender": "example.com", "hostedZoneId": "Z1"},
}
DOMAIN = {
    "name": "api.example.com",
    "certificateArn": f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/1",
    "hostedZoneId": "Z1",
}


# The types that the program itself names, and the input that holds the name.
_NAMED = {
    "aws:cloudwatch/logGroup:LogGroup": "name",
    "aws:sesv2/configurationSet:ConfigurationSet": "configurationSetName",
    "aws:sesv2/emailIdentity:EmailIdentity": "emailIdentity",
}


class Named(ArnRecorder):
    """Answers with ARNs of physical names, as Pulumi.yaml says; and keeps what was asked."""

    asked: set[str]

    def new_resource(self, args: mocks.MockResourceArgs) -> Answer:
        identity, outputs = super().new_resource(args)
        arn = outputs.get("arn", "")
        own = args.inputs.get(
            _NAMED.get(args.typ, ""), f"{PROJECT}-{pulumi.get_stack()}-{args.name}"
        )
        named = re.sub(rf"(?<=[:/]){re.escape(args.name)}(?=$|:live$)", str(own), arn)
        return identity, {
            key: value.replace(arn, named) if arn and isinstance(value, str) else value
            for key, value in outputs.items()
        }

    def call(self, args: mocks.MockCallArgs) -> Any:
        vars(self).setdefault("asked", set()).add(args.token)
        return super().call(args)


@cache
def account() -> Run:
    """Run the bootstrap program, with environments of each kind."""
    settings = {f"{NAMESPACE}:environments": ENVIRONMENTS}
    return run("account", folder=FOLDER, settings=settings, recorder=ArnRecorder)


@cache
def deployed(stack: str, *, more: bool = False) -> Run:
    """Run the program as it is configured in an account that was bootstrapped.

    ``more``: with what it can make, and neither dev nor production has.
    """
    key = f"{PROJECT}:api"
    settings = {f"{PROJECT}:permissionsBoundary": BOUNDARY}
    if more:
        settings[key] = {**stack_settings(stack)[key], "domain": DOMAIN}
        warm = {ONE: {"reservedConcurrency": 10, "provisionedConcurrency": 1}}
        functions = f"{PROJECT}:functions"
        settings[functions] = {**stack_settings(stack)[functions], **warm}
        changes: dict[str, dict[str, Any]] = {
            "email": {"provider": "sendgrid"},
            "network": {"internet": True},
        }
        for name, change in changes.items():
            settings[f"{PROJECT}:{name}"] = {**stack_settings(stack)[f"{PROJECT}:{name}"], **change}
    return run(stack, settings=settings, recorder=Named)


def programs() -> list[Run]:
    """Return runs that together make all that the program can."""
    return [deployed("dev"), deployed("prod", more=True)]


def policies(role: str) -> dict[str, str]:
    """Return the policies of a role of the account, such as ``deploy-prod``, by their area."""
    recorder = account().recorder
    found = {
        r.name.removeprefix(f"{role}-"): r.inputs["policy"]
        for r in recorder.all("aws:iam/policy:Policy")
        if r.name.startswith(f"{role}-") and not r.name.endswith("-boundary")
    }
    attached = {
        r.name.removeprefix(f"{role}-").removesuffix("-attached")
        for r in recorder.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        if r.name.startswith(f"{role}-")
    }
    assert found
    assert attached == set(found)
    return found


def boundary(environment: str) -> str:
    text: str = (
        account()
        .recorder.one("aws:iam/policy:Policy", f"deploy-{environment}-boundary")
        .inputs["policy"]
    )
    return text


def allows(documents: list[str], action: str, on: str, **context: str) -> bool:
    """Return IAM's decision; ``context`` holds condition keys and their values."""
    asked = EvalContext(
        principal_arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/{NAMESPACE}-prod-deploy/1",
        principal_type="AssumedRole",
        principal_account=ACCOUNT,
        action=action,
        resource_arn=on,
        region=REGION,
        service_context={key.lower(): value for key, value in context.items()},
    )
    return evaluate(asked, [parse_policy_document(text) for text in documents]).decision == "Allow"


def statements(text: str) -> Iterator[dict[str, Any]]:
    """Yield a document's statements, with actions and resources as lists."""
    for statement in json.loads(text)["Statement"]:
        lists = {
            key: [value] if isinstance(value, str) else value
            for key, value in statement.items()
            if key in ("Action", "Resource")
        }
        yield {**statement, **lists}


def roles(of: Run) -> list[Recorded]:
    found = of.recorder.all("aws:iam/role:Role")
    assert found
    return found
