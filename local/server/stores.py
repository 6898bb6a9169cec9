"""Reports what requests put into queues and streams of the emulator, and what is given up there.

See ``invocations.py`` on how the emulator's functions are wrapped.
"""

import json
import time
from typing import Any

from ministack.core import iam_evaluator  # type: ignore[import-untyped]
from ministack.services import dynamodb, lambda_svc, sqs  # type: ignore[import-untyped]

from local.history.facts import Linked, Lost
from local.server.harmless import harmless
from local.server.invocations import Report
from local.server.tap import current


def follow(report: Report) -> None:
    """Wrap the emulator's functions."""
    _messages(report)
    _stream_records(report)
    _dead_letters(report)
    _refusals()


def _messages(report: Report) -> None:
    """Report which request sent which message, alone or in a batch."""
    send = sqs._act_send_message

    def sent(data: Any, qurl: str) -> Any:
        answer = send(data, qurl)
        origin = current.get()
        if origin:
            with harmless():
                parts = [data.get("MessageBody"), data.get("MessageAttributes")]
                text = json.dumps(parts, default=str)
                report(Linked(f"message:{answer['MessageId']}", origin, text))
        return answer

    sqs._act_send_message = sqs._HANDLERS["SendMessage"] = sent


def _stream_records(report: Report) -> None:
    """Report which request wrote which record of a table's stream."""
    build = dynamodb._build_change_record

    def built(*given: Any, **more: Any) -> Any:
        record = build(*given, **more)
        origin = current.get()
        if origin:
            with harmless():
                keys = json.dumps(record["dynamodb"]["Keys"])
                report(Linked(f"record:{record['eventID']}", origin, keys))
        return record

    dynamodb._build_change_record = built


def _refusals() -> None:
    """Note the action and the resource that IAM refused."""
    enforce = iam_evaluator.enforce

    def enforced(access_key: Any, action: str, *given: Any, **more: Any) -> Any:
        denied = enforce(access_key, action, *given, **more)
        origin = current.get()
        if denied and origin and not isinstance(denied, iam_evaluator.AuthError):
            origin.denied = action, str(more.get("resource_arn", "*"))
        return denied

    iam_evaluator.enforce = enforced


def _dead_letters(report: Report) -> None:
    """Report what comes into a dead-letter queue: by a queue, a function or a stream."""
    sweep, route = sqs._dlq_sweep, lambda_svc._route_async_failure
    give_up = lambda_svc._send_ddb_stream_failure_record

    def swept(queue: Any) -> None:
        before = queue["messages"]
        sweep(queue)
        if len(queue["messages"]) < len(before):
            with harmless():
                _moved(report, queue, before)

    def routed(target: str, *given: Any, **more: Any) -> None:
        before = _messages_in(target)
        route(target, *given, **more)
        _arrived(report, target, before, [])

    def given_up(esm: Any, func: Any, batch: Any, *given: Any, **more: Any) -> None:
        target = ((esm.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
        before = _messages_in(target)
        give_up(esm, func, batch, *given, **more)
        with harmless():
            items = [f"record:{record['eventID']}" for record in batch]
            _arrived(report, target, before, items)

    sqs._dlq_sweep, lambda_svc._route_async_failure = swept, routed
    lambda_svc._send_ddb_stream_failure_record = given_up


def _moved(report: Report, queue: Any, before: Any) -> None:
    target = json.loads(queue["attributes"]["RedrivePolicy"])["deadLetterTargetArn"]
    kept = {message["id"] for message in queue["messages"]}
    moved = _messages_in(target)
    for id_ in (message["id"] for message in before):
        if id_ not in kept and id_ in moved:
            report(Lost(id_, target.rpartition(":")[2], time.time(), [f"message:{id_}"]))


def _messages_in(target: str | None) -> set[str]:
    with harmless():
        queue = sqs._queue_by_arn(target) if target and ":sqs:" in target else None
        return {message["id"] for message in queue["messages"]} if queue else set()
    return set()


def _arrived(report: Report, target: str | None, before: set[str], items: list[str]) -> None:
    for id_ in _messages_in(target) - before:
        name, origin = str(target).rpartition(":")[2], None if items else current.get()
        report(Lost(id_, name, time.time(), items, origin))
