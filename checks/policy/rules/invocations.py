"""Rows 9, 10 and 14: who invokes functions, and where failed events go."""

import re

from .model import ALIAS, FUNCTION, MAPPING, NOTIFICATION, SCHEDULE, UNKNOWN, Resource, Stack
from .rule import Problems, at_least, describe, must, must_be_set, only_if, rule
from .waivers import SOURCE_IN_ARN

INVOKE_CONFIG = "lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
TOPIC_SUBSCRIPTION = "sns/topicSubscription:TopicSubscription"
EVENT_TARGET = "cloudwatch/eventTarget:EventTarget"

_INVOKED_BY = {
    f"aws:{SCHEDULE}": "target",
    f"aws:{NOTIFICATION}": "lambdaFunctions",
    f"aws:{TOPIC_SUBSCRIPTION}": "endpoint",
    f"aws:{EVENT_TARGET}": "arn",
}
"""The property of each asynchronous trigger that names the function."""

_ARN = re.compile(r"arn:[a-z-]+:[a-z0-9-]+:")
_ACCOUNT = re.compile(r"arn:[^:]*:[^:]*:[^:]*:\d{12}:")


@rule(9, "CK116, SR ES1007", SCHEDULE, NOTIFICATION, TOPIC_SUBSCRIPTION, EVENT_TARGET)
def failures_are_kept(trigger: Resource, stack: Stack) -> Problems:
    """Failed asynchronous events are kept.

    The rule follows references, so it also works in a preview. Each alias has its own invocation
    settings: those of the invoked alias count.
    """
    property_ = _INVOKED_BY[trigger.type]
    functions = stack.targets(trigger, property_, FUNCTION)
    only_if(functions)
    aliases = [alias.urn for alias in stack.targets(trigger, property_, ALIAS)]
    for function in functions:
        configs = [
            config
            for config in stack.referring(INVOKE_CONFIG, "functionName", function)
            if _qualifiers(config, stack) & set(aliases or [function.urn])
        ]
        kept = any(c.known("destinationConfig", "onFailure", "destination") for c in configs)
        if not kept and not function.known("deadLetterConfig", "targetArn"):
            yield (
                f"it invokes {function.name}, whose failed events are lost; add a "
                "FunctionEventInvokeConfig with destinationConfig.onFailure for what it invokes"
            )


def _qualifiers(config: Resource, stack: Stack) -> set[str]:
    """Return the URNs that a config applies to: aliases, or the function itself."""
    aliases = stack.targets(config, "qualifier", ALIAS)
    return {r.urn for r in aliases or stack.targets(config, "functionName", FUNCTION)}


@rule(10, "own", INVOKE_CONFIG, MAPPING, per_resource=True)
def retries_end(resource: Resource, _: Stack) -> Problems:
    """Retries of events have a limit in number and age."""
    if resource.type == f"aws:{MAPPING}":
        # Only streams have a starting position. The default, -1, means no limit.
        only_if(resource.get("startingPosition"))
        limits = {"maximumRetryAttempts": 0, "maximumRecordAgeInSeconds": 60}
    else:
        limits = {"maximumRetryAttempts": 0, "maximumEventAgeInSeconds": 60}
    for name, least in limits.items():
        yield from must(
            resource,
            [name],
            at_least(least),
            f"set it to {least} or more",
        )


@rule(14, "Lambda.1, CK301/364", "lambda/permission:Permission", per_resource=True)
def invoked_by_one_source(permission: Resource, _: Stack) -> Problems:
    """Permissions to invoke name a service, one of its resources and its account.

    A source ARN that is not known yet belongs to a resource of the stack.
    """
    yield from must(
        permission,
        ["action"],
        lambda a: a == "lambda:InvokeFunction",
        "it must be lambda:InvokeFunction",
    )
    yield from must(
        permission,
        ["principal"],
        lambda p: re.fullmatch(r"[a-z0-9.-]+\.amazonaws\.com", p or ""),
        "it must be a service, such as s3.amazonaws.com",
    )
    arn = permission.known("sourceArn")
    if arn is not UNKNOWN and not _ARN.match(arn or ""):
        yield describe(["sourceArn"], arn, "it must be the ARN of the resource that may invoke")
    if permission.get("principal") not in SOURCE_IN_ARN:
        yield from must_be_set(permission, ["sourceAccount"], "name the account of the source")
    elif arn is not UNKNOWN and not _ACCOUNT.match(arn or ""):
        yield describe(["sourceArn"], arn, "it must name the account")
