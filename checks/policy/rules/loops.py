"""Rows 16 and 46: functions that invoke themselves."""

from .model import (
    ALIAS,
    BUCKET,
    FUNCTION,
    NOTIFICATION,
    ROLE,
    ROLE_POLICY,
    UNKNOWN,
    Resource,
    Stack,
    Undecided,
)
from .policies import allowing, texts
from .rule import Problems, must, only_if, rule


@rule(16, "own", FUNCTION)
def loops_end(function: Resource, stack: Stack) -> Problems:
    """Lambda stops functions that invoke themselves."""
    configs = stack.referring(
        "lambda/functionRecursionConfig:FunctionRecursionConfig", "functionName", function
    )
    if not configs:
        yield "no FunctionRecursionConfig refers to it; give it one with recursiveLoop Terminate"
    for config in configs:
        yield from must(
            config, ["recursiveLoop"], lambda v: v == "Terminate", "it must be Terminate"
        )


@rule(46, "own", NOTIFICATION)
def no_loop(notification: Resource, stack: Stack) -> Problems:
    """A function's own writes to a bucket do not invoke it."""
    functions = stack.targets(notification, "lambdaFunctions", FUNCTION)
    only_if(functions)
    buckets = stack.targets(notification, "bucket", BUCKET)
    for function in functions:
        written = _written(function, buckets, stack)
        for prefix in _prefixes(notification, function, stack):
            for output in sorted(written):
                if output.startswith(prefix) or prefix.startswith(output):
                    yield (
                        f"{function.name} is invoked for {prefix!r} and may write to {output!r}, "
                        "so it could invoke itself; use prefixes that do not overlap"
                    )


def _prefixes(notification: Resource, function: Resource, stack: Stack) -> list[str]:
    """Return the prefixes that a function is invoked for.

    References name the functions of a notification. If there are several, only their ARNs say which
    prefix belongs to which function, and these are known when the stack is complete.
    """
    entries = notification.known("lambdaFunctions")
    if entries is UNKNOWN:
        raise Undecided("lambdaFunctions")
    numbers = list(range(len(entries)))
    if len(stack.targets(notification, "lambdaFunctions", FUNCTION)) > 1:
        aliases = stack.referring(ALIAS, "functionName", function)
        arns = {r.get("arn") for r in (function, *aliases)} - {None}
        if not arns:
            raise Undecided("lambdaFunctions")
        numbers = [
            n
            for n in numbers
            if notification.get("lambdaFunctions", n, "lambdaFunctionArn") in arns
        ]
    return [notification.get("lambdaFunctions", n, "filterPrefix") or "" for n in numbers]


def _written(function: Resource, buckets: list[Resource], stack: Stack) -> set[str]:
    """Return the prefixes of the buckets that the function may write to."""
    roles = stack.targets(function, "role", ROLE)
    policies = [
        policy
        for role in roles
        for policy in stack.referring(ROLE_POLICY, "role", role)
        if any(b in buckets for b in stack.targets(policy, "policy", BUCKET))
    ]
    return {
        arn.partition("/")[2].removesuffix("*")
        for policy in policies
        for statement in allowing(policy, "policy")
        if {"s3:PutObject", "s3:*", "*"} & set(texts(statement.get("Action")))
        for arn in texts(statement.get("Resource"))
    }
