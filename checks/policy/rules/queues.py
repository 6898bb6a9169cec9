"""Rows 47 to 52: queues and the event source mappings that read them."""

from .model import FUNCTION, MAPPING, QUEUE, Resource, Stack
from .policies import denies_plain_http, is_public, statements
from .rule import Problems, at_least, describe, is_number, must, only_if, rule

ALLOW = "sqs/redriveAllowPolicy:RedriveAllowPolicy"
LONGEST = 1_209_600
"""Longest retention in seconds: 14 days."""
_DEFAULT_RETENTION = 345_600
_DEFAULT_VISIBILITY_TIMEOUT = 30


@rule(47, "SQS.1, CK27, Nag-SQS2", QUEUE, per_resource=True)
def encrypted(queue: Resource, _: Stack) -> Problems:
    """Messages are encrypted."""
    if not queue.known("kmsMasterKeyId") and not queue.known("sqsManagedSseEnabled"):
        yield "neither kmsMasterKeyId nor sqsManagedSseEnabled is set; set one"


@rule(48, "Nag-SQS4, SQS.3, CK168/387", QUEUE)
def tls_only(queue: Resource, stack: Stack) -> Problems:
    """Queues refuse requests without TLS, and allow nothing to everybody."""
    policies = stack.referring("sqs/queuePolicy:QueuePolicy", "queueUrl", queue)
    if not policies and not stack.emulated:
        yield "no QueuePolicy refers to it; give it one that denies requests without TLS"
    for policy in policies:
        found = statements(policy, "policy")
        tls = any(denies_plain_http(statement, "sqs:*") for statement in found)
        if not tls and not stack.emulated:
            yield (
                f"its QueuePolicy {policy.name} must deny sqs:* to everybody if "
                "aws:SecureTransport is false"
            )
        for statement in found:
            if is_public(statement):
                yield (
                    f"its QueuePolicy {policy.name} allows {statement.get('Action')!r} to "
                    "everybody; name the principals, or set a condition"
                )


def _readers(queue: Resource, stack: Stack) -> list[Resource]:
    return stack.referring(MAPPING, "eventSourceArn", queue)


def _dead_letters(queue: Resource, stack: Stack) -> list[Resource]:
    return stack.targets(queue, "redrivePolicy", QUEUE)


@rule(49, "Nag-SQS3, SR ES6000", QUEUE)
def dead_letters(queue: Resource, stack: Stack) -> Problems:
    """Messages go to the queue's own dead-letter queue after five or more attempts.

    References relate the queues, and a preview knows these. It does not know a redrive policy that
    holds an unknown ARN; such a policy is checked later.
    """
    if _readers(queue, stack) or _dead_letters(queue, stack):
        if not _dead_letters(queue, stack):
            yield "redrivePolicy refers to no queue of the stack; name a dead-letter queue"
        else:
            times = queue.document("redrivePolicy").get("maxReceiveCount")
            if not is_number(times, 5):
                yield describe(["redrivePolicy", "maxReceiveCount"], times, "it must be 5 or more")
        return
    sources = stack.referring(QUEUE, "redrivePolicy", queue)
    policies = stack.referring(ALLOW, "queueUrl", queue)
    if not policies:
        yield (
            "no RedriveAllowPolicy refers to it; add one, or any queue could use it for dead "
            "letters"
        )
    for policy in policies:
        named = stack.targets(policy, "redriveAllowPolicy", QUEUE)
        permission = policy.document("redriveAllowPolicy").get("redrivePermission")
        allowed = "byQueue" if sources else "denyAll"
        if permission != allowed or {q.urn for q in named} != {q.urn for q in sources}:
            whose = ", ".join(q.name for q in sources) or "no queue"
            yield (
                f"its RedriveAllowPolicy {policy.name} has redrivePermission {permission!r} for "
                f"{', '.join(q.name for q in named) or 'no queue'}; it must be {allowed!r} for "
                f"{whose}, the source of its dead letters"
            )


@rule(50, "AWS docs", MAPPING)
def invisible_long_enough(mapping: Resource, stack: Stack) -> Problems:
    """A message stays invisible while a function can still be working on it."""
    queues = stack.targets(mapping, "eventSourceArn", QUEUE)
    functions = stack.targets(mapping, "functionName", FUNCTION)
    only_if(queues and functions)
    window = mapping.get("maximumBatchingWindowInSeconds") or 0
    for queue in queues:
        for function in functions:
            needed = 6 * (function.get("timeout") or 3) + window
            given = queue.get("visibilityTimeoutSeconds")
            if not is_number(_DEFAULT_VISIBILITY_TIMEOUT if given is None else given, needed):
                yield (
                    f"visibilityTimeoutSeconds of {queue.name} is {given}; it must be {needed} or "
                    f"more: six times the timeout of {function.name}, plus the batching window"
                )


@rule(51, "AWS docs", QUEUE)
def dead_letters_are_kept_longest(queue: Resource, stack: Stack) -> Problems:
    """Dead letters are kept for 14 days, longer than in their source, which counts towards it."""
    given = queue.get("messageRetentionSeconds")
    kept = _DEFAULT_RETENTION if given is None else given
    if _dead_letters(queue, stack):
        if kept >= LONGEST:
            yield describe(
                ["messageRetentionSeconds"],
                given,
                f"it must be less than {LONGEST}, the retention of its dead letters",
            )
    elif not _readers(queue, stack) and kept != LONGEST:
        yield describe(
            ["messageRetentionSeconds"],
            given,
            f"it must be {LONGEST}, so that a person has time to look",
        )


@rule(52, "own", MAPPING)
def partial_failures(mapping: Resource, stack: Stack) -> Problems:
    """Only the failed messages of a batch are retried, and queue readers have a maximum number."""
    yield from must(
        mapping,
        ["functionResponseTypes"],
        lambda types: "ReportBatchItemFailures" in (types or ()),
        "it must have ReportBatchItemFailures",
    )
    if stack.targets(mapping, "eventSourceArn", QUEUE):
        yield from must(
            mapping,
            ["scalingConfig", "maximumConcurrency"],
            at_least(2),
            "set it to 2 or more",
        )
