"""Dead letters of a running system, and the command that redrives them."""

import contextlib
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from local.cloud import Cloud
from ops.redrive.command import list_queues, run
from tests.support.e2e.system import messages_in, until

Redrive = Callable[..., tuple[int, str]]


@pytest.fixture
def redrive(cloud: Cloud) -> Redrive:
    def command(
        queue: str | None, *, dry_run: bool = False, limit: int | None = None, show: bool = False
    ) -> tuple[int, str]:
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            if queue is None:
                code = list_queues(cloud.outputs, cloud.client)
            else:
                code = run(
                    cloud.outputs, cloud.client,
                    queue=queue, dry_run=dry_run, limit=limit, show=show,
                )  # fmt: skip
        return code, said.getvalue()

    return command


def purge(cloud: Cloud) -> None:
    for entry in cloud.outputs["dead_letters"].values():
        cloud.client("sqs").purge_queue(QueueUrl=entry["url"])


def url_of(cloud: Cloud, queue: str) -> str:
    url: str = cloud.outputs["dead_letters"][queue]["url"]
    return url


def messages_of(cloud: Cloud, queue: str) -> list[dict[str, Any]]:
    return messages_in(cloud.client("sqs"), url_of(cloud, queue))


def fail(cloud: Cloud, function: str, event: dict[str, Any]) -> dict[str, Any]:
    """Invoke a function as its triggers do, and wait for its dead letter."""
    client, name = cloud.client("lambda"), cloud.functions[function].name
    # The emulator heeds such settings for calls of $LATEST only, so it gets those of the alias.
    settings = client.get_function_event_invoke_config(FunctionName=name, Qualifier="live")
    client.put_function_event_invoke_config(
        FunctionName=name,
        Qualifier="$LATEST",
        MaximumRetryAttempts=0,
        DestinationConfig=settings["DestinationConfig"],
    )
    client.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(event).encode())

    def letters() -> list[dict[str, Any]]:
        found = messages_of(cloud, f"{function}-failures")
        return [m for m in found if json.loads(m["Body"]).get("requestPayload") == event]

    return until(letters)[0]
