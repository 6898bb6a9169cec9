"""The event that a failure of an asynchronous function is about.

Two write to its queue. Lambda, after its retries: a record of the invocation, with the event under
``requestPayload``. EventBridge Scheduler, where it could not invoke: the request that it would have
made of Lambda, with the reasons as message attributes.
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
        CannotRedrive: the letter has neither form, or not all of the event.
    """
    content = letter.content()
    if letter.attribute("SCHEDULE_ARN"):
        return _scheduled(letter, content)
    if isinstance(content.get("requestContext"), dict) and "requestPayload" in content:
        return json.dumps(content["requestPayload"]).encode()
    raise CannotRedrive("neither a record of Lambda's nor one of a schedule's")


def _scheduled(letter: Letter, content: dict[str, Any]) -> bytes:
    if letter.attribute("IS_PAYLOAD_TRUNCATED") == "true":
        raise CannotRedrive("the schedule has cut its event off")
    # The guide's example is a request of SQS, and names no other target's. Where the letter is no
    # request of Lambda, it is the schedule's input.
    event = content["Payload"] if {"FunctionName", "Payload"} <= content.keys() else letter.body
    text = event if isinstance(event, str) else json.dumps(event)
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        raise CannotRedrive("the schedule's event is not JSON") from None
    return text.encode()
