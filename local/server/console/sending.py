"""Sends a draft, and finds the cause that it became."""

import asyncio
import base64
import http.client
import json
import mimetypes
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError
from starlette.concurrency import run_in_threadpool

from local import tokens
from local.errors import LocalError
from local.server.console.drafts import Draft
from local.server.console.settings import Settings
from local.server.console.stage import Stage
from ops.events.model import Cause

_PAUSE_SECONDS = 0.1
_PATIENCE_SECONDS = 5
"""How long a cause may take to appear after all was sent."""


class NotSent(Exception):
    """A draft could not be sent; the text says why."""


async def send(stage: Stage, draft: Draft) -> str | None:
    """Send a draft; return the id of its cause as soon as it is known, or None.

    Raises:
        NotSent: the draft is wrong, or AWS refused it.
    """
    began = time.time()
    sent = asyncio.ensure_future(run_in_threadpool(_deliver, stage, draft))
    ended = None
    while ended is None or time.time() - ended < _PATIENCE_SECONDS:
        found = await run_in_threadpool(_cause_of, stage, draft, began)
        if found:
            sent.add_done_callback(lambda future: future.exception())  # the page shows it
            return found
        if sent.done():
            await sent  # raises what went wrong
            ended = ended or time.time()
        await asyncio.sleep(_PAUSE_SECONDS)
    return None


def _cause_of(stage: Stage, draft: Draft, began: float) -> str | None:
    """Return the first cause since then that is what was sent."""
    for cause in reversed(stage.history.causes(since=began, limit=20)):
        if _is_about(cause, draft):
            return cause.id
    return None


def _is_about(cause: Cause, draft: Draft) -> bool:
    if draft.kind == "invoke":  # a schedule that is run by hand is also one
        kinds, runs = ("invoke", "schedule"), cause.invocations
        return cause.kind in kinds and any(run.function == draft.target for run in runs)
    if cause.kind != draft.kind:
        return False
    if draft.kind == "request":
        return cause.title == draft.target.partition("?")[0]
    return cause.title.endswith(f" {draft.target}")


def _deliver(stage: Stage, draft: Draft) -> None:
    """Send a draft.

    Raises:
        NotSent: see ``send``.
    """
    settings = stage.settings
    try:
        match draft.kind:
            case "request":
                _request(settings, draft)
            case "upload":
                _upload(stage, settings, draft)
            case "message":
                stage.client("sqs").send_message(
                    QueueUrl=_physical(settings, draft.target, "http"),
                    MessageBody=draft.body,
                    MessageAttributes={
                        name: {"DataType": "String", "StringValue": value}
                        for name, value in draft.headers.items()
                    },
                )
            case "write":
                table = _physical(settings, draft.target)
                stage.client("dynamodb").put_item(TableName=table, Item=_json(draft.body))
            case "invoke":
                _invoke(stage, settings, draft)
    except (ClientError, BotoCoreError, LocalError, OSError, http.client.HTTPException) as error:
        raise NotSent(str(error)) from None


def _request(settings: Settings, draft: Draft) -> None:
    outputs = settings.outputs
    base = urlsplit(str(outputs.get("api_gateway_url", "")))
    method, _, path = draft.target.partition(" ")
    if not base.netloc:
        raise NotSent("The stack has no output `api_gateway_url`, which names the API.")
    if not path.startswith("/") or not path.isascii() or not path.isprintable() or " " in path:
        raise NotSent(f"{draft.target!r} is not a request. Write it like this: GET /users/ID")
    headers = {**draft.headers, **_credentials(outputs)}
    connection = http.client.HTTPConnection(base.netloc, timeout=60)
    try:
        body = draft.body.encode() or None
        connection.request(method, base.path + path, body, headers)
        connection.getresponse().read()
    except ValueError as error:
        raise NotSent(str(error)) from None
    finally:
        connection.close()


def _credentials(outputs: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers that the API asks for: a key, a token, or none."""
    headers = {"x-api-key": str(outputs["api_key"])} if outputs.get("api_key") else {}
    if outputs.get("token_endpoint"):
        headers["authorization"] = f"Bearer {tokens.fetch(outputs, None)}"
    return headers


def _upload(stage: Stage, settings: Settings, draft: Draft) -> None:
    s3, bucket = stage.client("s3"), settings.outputs.get("s3_bucket_name")
    if not bucket:
        raise NotSent("The stack has no output `s3_bucket_name`, which names the bucket.")
    type_ = mimetypes.guess_type(draft.target)[0] or "application/octet-stream"
    if draft.content is not None:
        body = base64.b64decode(draft.content)
    elif draft.source is None:
        body = draft.body.encode()
    elif draft.source.startswith("./"):
        body = read_sample(Path(settings.root), draft.source)
    else:
        stored = s3.get_object(Bucket=bucket, Key=draft.source)
        body, type_ = stored["Body"].read(), stored.get("ContentType", type_)
    s3.put_object(Bucket=bucket, Key=draft.target, Body=body, ContentType=type_)


def read_sample(root: Path, source: str) -> bytes:
    """Return a file of the project's samples, and no other file of this machine."""
    folder, path = (root / "tests" / "functions").resolve(), (root / source).resolve()
    if not path.is_relative_to(folder):
        raise NotSent(f"{source} is not a sample: samples are in tests/functions/.")
    return path.read_bytes()


def _invoke(stage: Stage, settings: Settings, draft: Draft) -> None:
    function = settings.functions.get(draft.target)
    if function is None:
        raise NotSent(f"There is no function {draft.target!r}.")
    _json(draft.body or "null")
    stage.client("lambda").invoke(
        FunctionName=function.name,
        Qualifier=function.qualifier,
        Payload=(draft.body or "null").encode(),
    )


def _physical(settings: Settings, name: str, prefix: str = "") -> str:
    """Return the physical name of a resource, or its address if ``prefix`` is ``http``."""
    for physical, logical in settings.names.items():
        if logical == name and physical.startswith(prefix):
            return physical
    raise NotSent(f"There is no {name!r} in this stack.")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotSent(f"The body is not JSON: {error}") from None
