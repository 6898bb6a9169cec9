"""SQS, Lambda and DynamoDB's streams in memory, which fail when they are told to."""

import io
import itertools
import json
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import botocore.session
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

QUEUES = "https://sqs.us-east-1.amazonaws.com/123456789012"
DEAD, SOURCE = f"{QUEUES}/emails-dead-letters", f"{QUEUES}/emails"
ALIAS = "arn:aws:lambda:us-east-1:123456789012:function:daily-sweep-1a2b3c4:live"

OUTPUTS = {
    "dead_letters": {
        "emails-dead-letters": {"url": DEAD, "kind": "queue", "target": SOURCE},
        "daily-sweep-failures": {"url": DEAD, "kind": "function", "target": ALIAS},
        "new-users-failures": {"url": DEAD, "kind": "stream", "target": ALIAS},
    }
}


@cache
def _model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


def refused(code: str, operation: str = "Any") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, operation)


class Fake:
    """Checks every call against AWS's own model of the service."""

    service: str

    def __init__(self) -> None:
        self.calls: list[str] = []

    def call(self, operation: str, params: dict[str, Any]) -> None:
        self.calls.append(operation)
        shape = _model(self.service).operation_model(operation).input_shape
        report = ParamValidator().validate(params, shape)
        assert not report.has_errors(), report.generate_report()


class FakeSqs(Fake):
    """Standard queues: a received message is hidden until it is given back.

    ``before`` is called before each call is answered, and ``after`` behind it: either may raise.
    """

    service = "sqs"

    def __init__(self) -> None:
        super().__init__()
        self.queues: dict[str, list[dict[str, Any]]] = {DEAD: [], SOURCE: []}
        self.hidden: dict[str, str] = {}  # receipt by id
        self.unsendable: set[str] = set()  # by body
        self.undeletable: set[str] = set()
        self.empty: list[bool] = []  # whether receipts bring nothing though there is something
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None
        self._numbers = itertools.count()

    def put(self, body: str, *, sent: float = 1_000, **more: Any) -> str:
        """Send a dead letter; return its id."""
        return self._put(DEAD, body, sent, more)

    def bodies(self, url: str) -> list[str]:
        return [message["Body"] for message in self.queues[url]]

    def get_queue_attributes(self, **params: Any) -> dict[str, Any]:
        def answer() -> dict[str, Any]:
            messages = self.queues[params["QueueUrl"]]
            hidden = sum(m["MessageId"] in self.hidden for m in messages)
            counts = {
                "ApproximateNumberOfMessages": str(len(messages) - hidden),
                "ApproximateNumberOfMessagesNotVisible": str(hidden),
            }
            return {"Attributes": counts}

        return self._answer("GetQueueAttributes", params, answer)

    def receive_message(self, **params: Any) -> dict[str, Any]:
        def answer() -> dict[str, Any]:
            if self.empty and self.empty.pop(0):
                return {}
            visible = [
                m for m in self.queues[params["QueueUrl"]] if m["MessageId"] not in self.hidden
            ]
            given = visible[: params["MaxNumberOfMessages"]]
            for message in given:
                message["ReceiptHandle"] = f"receipt-{next(self._numbers)}"
                self.hidden[message["MessageId"]] = message["ReceiptHandle"]
            return {"Messages": [dict(m) for m in given]} if given else {}

        return self._answer("ReceiveMessage", params, answer)

    def send_message_batch(self, **params: Any) -> dict[str, Any]:
        def send(entry: dict[str, Any]) -> str | None:
            if entry["MessageBody"] in self.unsendable:
                return "InvalidMessageContents"
            more = {key: entry[key] for key in entry if key.endswith("Attributes")}
            self._put(params["QueueUrl"], entry["MessageBody"], 5_000, more)
            return None

        return self._answer("SendMessageBatch", params, lambda: self._each(params, send))

    def delete_message_batch(self, **params: Any) -> dict[str, Any]:
        def delete(entry: dict[str, Any]) -> str | None:
            message = self._of(params["QueueUrl"], entry["ReceiptHandle"])
            if message is None or message["Body"] in self.undeletable:
                return "ReceiptHandleIsInvalid"
            self.queues[params["QueueUrl"]].remove(message)
            del self.hidden[message["MessageId"]]
            return None

        return self._answer("DeleteMessageBatch", params, lambda: self._each(params, delete))

    def change_message_visibility_batch(self, **params: Any) -> dict[str, Any]:
        def change(entry: dict[str, Any]) -> str | None:
            assert entry["VisibilityTimeout"] == 0
            message = self._of(params["QueueUrl"], entry["ReceiptHandle"])
            if message is None:
                return "ReceiptHandleIsInvalid"
            del self.hidden[message["MessageId"]]
            return None

        return self._answer(
            "ChangeMessageVisibilityBatch", params, lambda: self._each(params, change)
        )

    def _answer(self, operation: str, params: dict[str, Any], make: Callable[[], Any]) -> Any:
        self.call(operation, params)
        self.before(operation)
        answer = make()
        self.after(operation)
        return answer

    def _put(self, url: str, body: str, sent: float, more: dict[str, Any]) -> str:
        identity = f"id-{next(self._numbers)}"
        trace = more.pop("MessageSystemAttributes", {}).get("AWSTraceHeader", {})
        about = {"SentTimestamp": str(int(sent * 1000)), "ApproximateReceiveCount": "1"}
        about |= {"AWSTraceHeader": trace["StringValue"]} if trace else {}
        self.queues[url].append({"MessageId": identity, "Body": body, "Attributes": about, **more})
        return identity

    def _of(self, url: str, receipt: str) -> dict[str, Any] | None:
        for message in self.queues[url]:
            if self.hidden.get(message["MessageId"]) == receipt:
                return message
        return None

    @staticmethod
    def _each(params: dict[str, Any], do: Callable[[dict[str, Any]], str | None]) -> dict[str, Any]:
        entries = params["Entries"]
        assert 1 <= len(entries) <= 10
        codes = {entry["Id"]: do(entry) for entry in entries}
        failed = [{"Id": i, "Code": code, "SenderFault": True} for i, code in codes.items() if code]
        return {"Successful": [{"Id": i} for i in codes if not codes[i]], "Failed": failed}


class FakeLambda(Fake):
    """Keeps the events; answers with what ``answers`` gives for one, or raises it."""

    service = "lambda"

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Any] = []
        self.answers: Callable[[Any], Any] = lambda event: {"done": event}

    def invoke(self, **params: Any) -> dict[str, Any]:
        self.call("Invoke", params)
        assert params["FunctionName"] == ALIAS
        event = json.loads(params["Payload"])
        self.events.append(event)
        answer = self.answers(event)
        if isinstance(answer, BaseException):
            raise answer
        failed = isinstance(answer, dict) and "errorMessage" in answer
        payload = io.BytesIO(json.dumps(answer).encode())
        return {"Payload": payload, **({"FunctionError": "Unhandled"} if failed else {})}


class FakeStreams(Fake):
    """One shard, in pages as they are given; an exception is raised in its turn."""

    service = "dynamodbstreams"

    def __init__(self, *pages: Iterable[dict[str, Any]] | Exception, closed: bool = False) -> None:
        super().__init__()
        self._pages = pages
        self._closed = closed

    def get_shard_iterator(self, **params: Any) -> dict[str, Any]:
        self.call("GetShardIterator", params)
        self.start = params
        return {"ShardIterator": "0"}

    def get_records(self, **params: Any) -> dict[str, Any]:
        self.call("GetRecords", params)
        number = int(params["ShardIterator"])
        page = self._pages[number] if number < len(self._pages) else []
        if isinstance(page, Exception):
            raise page
        last = self._closed and number + 1 >= len(self._pages)
        return {"Records": list(page), **({} if last else {"NextShardIterator": str(number + 1)})}
