"""Requests and events that the page can send: a cause once more, or a sample of the project."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct, field

from local.schedule_event import fill
from local.server.console.settings import Settings
from ops.events.model import Cause

Kind = Literal["request", "upload", "message", "write", "invoke"]

_NOT_REPEATED = {
    "host", "connection", "content-length", "accept-encoding", "user-agent", "authorization",
    "x-api-key", "cookie", "origin", "referer",
}  # fmt: skip
"""Headers of a recorded request that are new in the next request."""

_UPLOAD = "Upload of "


class Draft(Struct):
    """Something to send, as the page's form shows it.

    Attributes:
        kind: what it is.
        label: for the list of samples.
        target: ``POST /users``, a key in the bucket, or the name of a queue, table or function.
        body: text: a request's body, a message's, an item, an event, or a file's.
        headers: of a request; the text attributes of a message.
        source: key in the bucket, or path in the project, of the file to upload instead of a body.
        content: the file itself in base64, instead of both.
    """

    kind: Kind
    target: str
    label: str = ""
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    source: str | None = None
    content: str | None = None


def again(cause: Cause, settings: Settings) -> Draft | None:
    """Return what sends a cause once more; None if too little was recorded of it."""
    given = cause.input if isinstance(cause.input, dict) else {}
    match cause.kind:
        case "request":
            query = given.get("query")
            suffix = f"?{query}" if isinstance(query, str) and query else ""
            headers = {
                str(name): str(value)
                for name, value in (given.get("headers") or {}).items()
                if name.lower() not in _NOT_REPEATED and not name.lower().startswith("sec-")
            }
            body = _text(given.get("body"))
            return Draft("request", f"{cause.title}{suffix}", body=body, headers=headers)
        case "upload":
            key = cause.title.removeprefix(_UPLOAD)
            return Draft("upload", key, source=key)
        case "message":
            attributes = {
                name: str(value["StringValue"])
                for name, value in (given.get("MessageAttributes") or {}).items()
                if isinstance(value, dict) and "StringValue" in value
            }
            queue = settings.name(str(given.get("QueueUrl", "")).rpartition("/")[2])
            if "MessageBody" not in given:
                return None
            return Draft("message", queue, body=_text(given["MessageBody"]), headers=attributes)
        case "write":
            table = settings.name(str(given.get("TableName", "")))
            return Draft("write", table, body=_text(given["Item"])) if "Item" in given else None
    if not cause.invocations:
        return None
    first = cause.invocations[0]
    return Draft("invoke", first.function, body=_text(first.event))


def samples(settings: Settings, schedules: list[dict[str, Any]]) -> list[Draft]:
    """Return a draft for each operation, queue, table, schedule and function.

    Args:
        settings: of the deployment.
        schedules: each with its ARN, the name of its function, and its input as a text.
    """
    root = Path(settings.root)
    return [
        *_operations(root / "openapi.json"),
        *_files(root),
        *_messages(root, settings),
        *(
            Draft("invoke", schedule["function"], f"Run the schedule {schedule['name']} now",
                  _pretty(fill(schedule["input"], arn=schedule["arn"])))
            for schedule in schedules
        ),
        *_events(root, settings),
    ]  # fmt: skip


def _operations(document: Path) -> Iterator[Draft]:
    """Yield a request for each operation of the API, with the examples of its document."""
    if not document.exists():
        return
    api = json.loads(document.read_bytes())
    schemas = api.get("components", {}).get("schemas", {})
    for path, methods in api.get("paths", {}).items():
        for method, operation in methods.items():
            label = operation.get("summary", operation.get("operationId", ""))
            content = operation.get("requestBody", {}).get("content", {})
            draft = Draft("request", f"{method.upper()} {path}", label)
            for type_, given in content.items():
                draft.body = json.dumps(_example(given.get("schema", {}), schemas), indent=2)
                draft.headers = {"content-type": type_}
                break
            yield draft


def _example(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """Return an example of a schema: its own, or one made of its properties'."""
    if reference := schema.get("$ref"):
        return _example(schemas.get(reference.rpartition("/")[2], {}), schemas)
    if "examples" in schema:
        return schema["examples"][0]
    if "properties" in schema:
        return {name: _example(part, schemas) for name, part in schema["properties"].items()}
    return {"integer": 1, "number": 1, "boolean": True, "array": []}.get(schema.get("type", ""), "")


def _files(root: Path) -> Iterator[Draft]:
    for path in sorted(root.glob("tests/functions/*/picture.jpg")):
        source = path.relative_to(root).as_posix()
        yield Draft("upload", f"uploads/{path.name}", "Upload a picture", source=f"./{source}")
    yield Draft("upload", "uploads/note.txt", "Upload a text", body="Some text.\n")


def _messages(root: Path, settings: Settings) -> Iterator[Draft]:
    """Yield a message for each queue that has a consumer with a sample event."""
    for name in settings.functions:
        for record in _records(_folder(root, name) / "event.json"):
            if record.get("eventSource") == "aws:sqs":
                queue = str(record.get("eventSourceARN", "")).rpartition(":")[2].rpartition("-")[0]
                if queue in settings.names.values():
                    attributes = {
                        key: str(value["stringValue"])
                        for key, value in record.get("messageAttributes", {}).items()
                        if "stringValue" in value
                    }
                    label = f"Send a message to {queue}"
                    yield Draft("message", queue, label, _pretty(record["body"]), attributes)
                    break


def _events(root: Path, settings: Settings) -> Iterator[Draft]:
    for name in sorted(settings.functions):
        for path in sorted(_folder(root, name).glob("event*.json")):
            variant = path.stem.removeprefix("event").replace("_", " ").strip()
            label = f"Invoke {name}{f' ({variant})' if variant else ''}"
            yield Draft("invoke", name, label, path.read_text())


def _folder(root: Path, function: str) -> Path:
    return root / "tests" / "functions" / function.replace("-", "_")


def _records(path: Path) -> list[dict[str, Any]]:
    event = json.loads(path.read_bytes()) if path.exists() else {}
    found = event.get("Records", []) if isinstance(event, dict) else []
    return found if isinstance(found, list) else []


def _pretty(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


def _text(value: Any) -> str:
    """Return a recorded value as it was sent: text as it is, anything else as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
