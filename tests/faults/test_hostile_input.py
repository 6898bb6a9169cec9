"""Hostile requests and messages to the running system."""

import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.e2e.system import address
from tests.support.faults.world import World, sqs_event

LINE_ENDS = ["\r", "\n", "\r\n", "\u2028", "\u0085", "\0"]
WITH_LINE_END = st.tuples(
    st.text("ab@. ", max_size=6), st.sampled_from(LINE_ENDS), st.text("ab:@. ", max_size=20)
).map("".join)


@settings(max_examples=25)
@given(text=WITH_LINE_END, field=st.sampled_from(["name", "email"]))
@example(text="a@example.com\r\nBcc: b@example.com", field="email")
@example(text="Ada\r\nBcc: b@example.com", field="name")
def test_cr_lf_in_what_callers_send(world: World, text: str, field: str) -> None:
    body = {"name": "Ada", "email": address(), field: text}
    assert world.api("POST", "/users", body).status == 400


@settings(max_examples=25)
@given(text=WITH_LINE_END, field=st.sampled_from(["to", "subject"]))
@example(text="a@example.com\r\nBcc: b@example.com", field="to")
@example(text="News\r\nBcc: b@example.com", field="subject")
def test_cr_lf_in_addresses_and_subjects(world: World, text: str, field: str) -> None:
    """Every attempt fails, and the text never becomes a header."""
    message = {"to": address(), "subject": "News", "body": "b", "type": "notification", field: text}
    for receives in (1, 5):
        event = sqs_event([json.dumps(message)], receives=receives)
        answer = world.invoke("send-email", event)
        failed = [{"itemIdentifier": event["Records"][0]["messageId"]}]
        assert answer == {"batchItemFailures": failed}
    assert world.mails(message["to"]) == 0
