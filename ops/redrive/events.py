"""Returns the event of a dead letter of an asynchronous function.

Two services write to its queue. Lambda, after its retries, writes a record of the invocation, with
the event under ``requestPayload``. EventBridge Scheduler, if it could not invoke the function,
writes its request to Lambda, with the reasons as message attributes.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
"""

import json
from typing import Any

from ops.redrive.errors import CannotRedrive
from ops.redrive.letters import Letter


def failed_event(letter: Letter) -> bytes:
    """Return the event, as JSON.

    Raises:
        CannotRedrive: the letter has neither form, or only a part of the event.
    """
    content = letter.content()
    if letter.attribute("SCHEDULE_ARN"):
        return _scheduled(letter, content)
    if isinstance(content.get("requestContext"), dict) and "requestPayload" in content:
        return json.dumps(content["requestPayload"]).encode()
    raise CannotRedrive("neither a record of Lambda nor one of a schedule")


def _scheduled(letter: Letter, content: dict[str, Any]) -> bytes:
    if letter.attribute("IS_PAYLOAD_TRUNCATED") == "true":
        raise CannotRedrive("the schedule truncated its event")
    # The guide's only example is a request to SQS. A letter that is no request to Lambda is taken
    # for the schedule's input.
    event = content["Payload"] if {"FunctionName", "Payload"} <= content.keys() else letter.body
    text = event if isinstance(event, str) else json.dumps(event)
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        raise CannotRedrive("the schedule's event is not JSON") from None
    return text.encode()
