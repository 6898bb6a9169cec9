"""The running system under faults, and what is done to it and read from it."""

import contextlib
import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event
from typing import Any
from urllib.parse import urlencode

from checks.chaos import clock
from checks.chaos.fault_plan import Fault
from checks.chaos.proxy import Proxy, Tally
from local.cloud import Cloud
from local.kills import kill
from local.mail import sent
from tests.support.e2e.system import Api, until
from tests.support.faults.plans import EndableDelays

SECONDS = 300
"""How long a test waits for what must come: a bound for busy machines, not a measure.

It is longer than the queue's visibility timeout, after which a message comes again that a function
did not finish in its time.
"""


NOT_LATER = Fault(
    kind="refuse", service="sqs", operation="ChangeMessageVisibilityBatch", probability=1
)
"""Keeps ``send-email`` from putting messages off: they come again as ``receives_soon`` says."""


class FunctionFailed(Exception):
    """An invocation ended in an error."""


def from_call(number: int) -> range:
    """Return the numbers of a call and of all after it.

    A function that is to be killed in a call must not get past it by a retry, however long the
    machine takes to kill it.
    """
    return range(number, 1_000_000)


@dataclass(frozen=True)
class World:
    cloud: Cloud
    proxy: Proxy
    api: Api
    delays_over: Event = field(default_factory=Event)

    # What AWS does to a function.

    def invoke(self, function: str, event: Any) -> Any:
        """Invoke a function by its alias, as its trigger does, and return its answer."""
        answer = self.cloud.client("lambda").invoke(
            FunctionName=self.cloud.functions[function].name,
            Qualifier="live",
            Payload=json.dumps(event).encode(),
        )
        payload = json.load(answer["Payload"])
        if "FunctionError" in answer:
            raise FunctionFailed(payload)
        return payload

    def queue(self, body: str, user_id: str | None = None) -> str:
        """Send a message to the e-mail queue; return its id."""
        attributes = {"user_id": {"DataType": "String", "StringValue": user_id}} if user_id else {}
        answer = self.cloud.client("sqs").send_message(
            QueueUrl=self.emails, MessageBody=body, MessageAttributes=attributes
        )
        message_id: str = answer["MessageId"]
        return message_id

    @contextlib.contextmanager
    def receives_soon(self) -> Iterator[None]:
        """Make messages of killed functions visible after seconds instead of minutes.

        They must outlast the function's start and its way to where it is killed.
        """
        sqs, name = self.cloud.client("sqs"), "VisibilityTimeout"
        asked = sqs.get_queue_attributes(QueueUrl=self.emails, AttributeNames=[name])
        seconds = "6" if self.cloud.emulator.instance is None else "20"
        sqs.set_queue_attributes(QueueUrl=self.emails, Attributes={name: seconds})
        try:
            yield
        finally:
            sqs.set_queue_attributes(QueueUrl=self.emails, Attributes=asked["Attributes"])

    @contextlib.contextmanager
    def without_trigger(self, function: str) -> Iterator[None]:
        """Disable the mapping that feeds a function, and enable it again."""
        client = self.cloud.client("lambda")
        (mapping,) = client.list_event_source_mappings(
            FunctionName=f"{self.cloud.functions[function].name}:live"
        )["EventSourceMappings"]
        client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        try:
            yield
        finally:
            client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)

    # What goes wrong.

    @contextlib.contextmanager
    def faults(self, *faults: Fault, seed: int = 1) -> Iterator[Tally]:
        """Make calls of the functions fail."""
        self.delays_over.clear()
        plan = EndableDelays(seed=seed, faults=faults, over=self.delays_over)
        with self.proxy.inject(plan) as tally:
            yield tally

    def kill_when_held(self, function: str, tally: Tally) -> None:
        """Kill a function while a call of it, or the reply, is delayed; then delay no more."""
        self.await_hold(tally)
        assert kill(self.cloud, function) >= 1
        self.delays_over.set()

    def kill_sender_when_held(self, tally: Tally, *, times: int = 1, again: bool = False) -> None:
        """Kill ``send-email`` likewise; its messages come again when its leases have ended.

        Args:
            tally: counts the delays.
            times: which delay it is killed in.
            again: whether the plan delays further calls.
        """
        self.await_hold(tally, times)
        with self.without_trigger("send-email"):
            assert kill(self.cloud, "send-email") >= 1
            if not again:
                self.delays_over.set()
            self.jump(3_600, leases=True)

    def await_hold(self, tally: Tally, times: int = 1) -> None:
        """Wait until a call, or its reply, is being delayed for so many times."""
        until(
            lambda: tally.injected["delay"] + tally.injected["delay_reply"] >= times,
            seconds=SECONDS,
        )

    def jump(self, seconds: int, *, leases: bool = False, welcomes: bool = False) -> None:
        """Move the times of leases or waiting welcomes into the past."""
        dynamodb = self.cloud.client("dynamodb")
        if leases:
            clock.jump(dynamodb, self.ledger, seconds=seconds, attributes=["lease"])
        if welcomes:
            clock.jump(dynamodb, self.users, seconds=seconds, attributes=["welcome_due"])

    def end_leases_until(self, settled: Callable[[], bool]) -> None:
        """Move leases an hour into the past every second, until a condition is true."""

        def look() -> bool:
            self.jump(3_600, leases=True)
            return settled()

        until(look, seconds=SECONDS)

    # What is there.

    @property
    def emails(self) -> str:
        """URL of the e-mail queue."""
        return str(self.cloud.outputs["sqs_queue_url"])

    @property
    def dead_letters(self) -> str:
        """URL of the e-mail queue's dead-letter queue."""
        return str(self.cloud.outputs["sqs_dead_letter_queue_url"])

    @property
    def users(self) -> str:
        return str(self.cloud.outputs["dynamodb_table_name"])

    @property
    def ledger(self) -> str:
        return str(self.cloud.outputs["ledger_table_name"])

    @property
    def bucket(self) -> str:
        return str(self.cloud.outputs["s3_bucket_name"])

    def mails(self, to: str) -> int:
        """How many e-mails were sent to an address."""
        return self.recipients().count(to)

    def recipients(self) -> list[str]:
        """Return the addresses of all e-mails that were sent."""
        return [to for mail in sent(self.cloud.aws) for to in mail["To"]]

    def item(self, table: str, item_id: str) -> dict[str, Any] | None:
        answer = self.cloud.client("dynamodb").get_item(
            TableName=table, Key={"id": {"S": item_id}}, ConsistentRead=True
        )
        return answer.get("Item")

    def items(self, table: str) -> list[dict[str, Any]]:
        pages = self.cloud.client("dynamodb").get_paginator("scan").paginate(TableName=table)
        return [item for page in pages for item in page["Items"]]

    def messages(self, queue_url: str) -> list[dict[str, Any]]:
        """Return all messages of a queue, visible or in flight, without receiving them."""
        query = urlencode({"QueueUrl": queue_url})
        found = self.cloud.aws.ask("GET", f"/_ministack/sqs/messages?{query}")["messages"]
        return [m for regions in found.values() for q in regions.values() for m in q[queue_url]]

    def dead(self) -> list[tuple[str, str]]:
        """Ids and bodies of the messages in the e-mail queue's dead-letter queue."""
        return [(m["MessageId"], m["Body"]) for m in self.messages(self.dead_letters)]

    def settled(self) -> bool:
        """Return True if the e-mail queue is empty."""
        return not self.messages(self.emails)


def killed(world: World, function: str, tally: Tally, event: dict[str, str] | None = None) -> None:
    """Invoke a function that is killed where the plan holds it."""
    with ThreadPoolExecutor(1) as pool:
        invocation = pool.submit(world.invoke, function, event or {})
        world.kill_when_held(function, tally)
        assert isinstance(invocation.exception(), FunctionFailed)


def notification(to: str) -> str:
    """Return a message of the e-mail queue."""
    return json.dumps({"to": to, "subject": "News", "body": "One line", "type": "notification"})


def sqs_event(bodies: Sequence[str], *, receives: int = 1) -> dict[str, Any]:
    """Return an event of messages that are not in the queue."""
    return {"Records": [_sqs_record(body, receives) for body in bodies]}


def _sqs_record(body: str, receives: int) -> dict[str, Any]:
    return {
        "messageId": str(uuid.uuid4()),
        "receiptHandle": uuid.uuid4().hex,
        "body": body,
        "attributes": {"ApproximateReceiveCount": str(receives)},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }
