"""Every image handles AWS's events, under Lambda's restrictions."""

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote_plus

import pytest

from local.engine import Engine
from local.images import ImageRef
from tests.support import samples
from tests.support.images.backend import Backend, start
from tests.support.images.bases import FUNCTIONS
from tests.support.images.containers import run_python, running
from tests.support.samples import PICTURE


@pytest.fixture(scope="module")
def backend(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    with start(engine, tmp_path_factory.mktemp("emulator")) as running_backend:
        yield running_backend


def event_of(function: str) -> Any:
    return samples.event(function)


Invoke = Callable[..., Any]


@pytest.fixture
def invoke(engine: Engine, images: dict[str, ImageRef], backend: Backend) -> Iterator[Invoke]:
    """Invoke a function in a new container, with the program's memory and settings."""
    with contextlib.ExitStack() as stack:

        def invoke(function: str, *events: Any) -> list[Any]:
            declared = backend.declared(function)
            container = stack.enter_context(
                running(
                    engine.client,
                    images[function].id,
                    command=declared["imageConfig"]["commands"],
                    environment=backend.environment(function),
                    memory_mb=declared["memorySize"],
                )
            )
            answers = [container.invoke(event) for event in events]
            # The other lines are the runtime interface emulator's.
            lines = [line for line in container.logs().splitlines() if line.startswith("{")]
            records = [json.loads(line) for line in lines]
            # A function logs only the outcome of an event that it handles.
            assert records
            assert [record for record in records if "outcome" not in record] == []
            return answers

        yield invoke


def test_create_user(invoke: Invoke, backend: Backend) -> None:
    first, second = invoke("create_user", event_of("create_user"), event_of("create_user"))
    assert first["statusCode"] == 201, first
    user = json.loads(first["body"])["user"]
    stored = backend.client("dynamodb").get_item(TableName="users", Key={"id": {"S": user["id"]}})
    assert stored["Item"]["email"]["S"] == user["email"]
    assert second["statusCode"] == 409


def test_get_user(invoke: Invoke, backend: Backend) -> None:
    event = event_of("get_user")
    user = event_of("queue_welcome")["Records"][0]["dynamodb"]["NewImage"]
    user["id"]["S"] = event["pathParameters"]["id"]
    backend.client("dynamodb").put_item(TableName="users", Item=user)
    (answer,) = invoke("get_user", event)
    assert answer["statusCode"] == 200, answer
    assert json.loads(answer["body"])["email"] == user["email"]["S"]


def test_queue_welcome(invoke: Invoke, backend: Backend) -> None:
    (answer,) = invoke("queue_welcome", event_of("queue_welcome"))
    assert answer == {"batchItemFailures": []}
    received = backend.client("sqs").receive_message(
        QueueUrl=backend.queue_url, MaxNumberOfMessages=10
    )
    assert {json.loads(message["Body"])["type"] for message in received["Messages"]} == {"welcome"}


def test_send_email(invoke: Invoke, backend: Backend) -> None:
    event = event_of("send_email")
    first, again = invoke("send_email", event, event)
    assert first == again == {"batchItemFailures": []}
    assert len(backend.sent()) == len(event["Records"])


def test_process_upload(invoke: Invoke, backend: Backend) -> None:
    event = event_of("process_upload")
    s3 = backend.client("s3")
    picture = PICTURE.read_bytes()
    described = event["Records"][0]["s3"]
    key = unquote_plus(described["object"]["key"])
    stored = s3.put_object(Bucket="storage", Key=key, Body=picture, ContentType="image/jpeg")
    described["bucket"]["name"] = "storage"
    described["object"] |= {"versionId": stored["VersionId"], "size": len(picture)}
    (answer,) = invoke("process_upload", event)
    assert answer == {"outcomes": ["resized"]}
    made = s3.list_objects_v2(Bucket="storage", Prefix="processed/")["Contents"]
    assert {item["Key"].rsplit("/", 1)[1] for item in made} == {"resized.jpg", "thumbnail.jpg"}


def test_process_upload_of_a_document(invoke: Invoke, backend: Backend) -> None:
    event = event_of("process_upload")
    s3 = backend.client("s3")
    described = event["Records"][0]["s3"]
    stored = s3.put_object(Bucket="storage", Key="uploads/page.html", Body=b"<p>some text</p>")
    described["bucket"]["name"] = "storage"
    described["object"] |= {
        "key": "uploads/page.html",
        "versionId": stored["VersionId"],
        "size": 16,
    }
    (answer,) = invoke("process_upload", event)
    assert answer == {"outcomes": ["extracted"]}


def test_cleanup_expired(invoke: Invoke) -> None:
    (answer,) = invoke("cleanup_expired", event_of("cleanup_expired"))
    assert answer
    assert all(isinstance(count, int) for count in answer.values())


def test_daily_report(invoke: Invoke, backend: Backend) -> None:
    (answer,) = invoke("daily_report", event_of("daily_report"))
    assert answer["written"]
    made = backend.client("s3").list_objects_v2(Bucket="storage", Prefix="reports/")["Contents"]
    day = answer["written"][-1]
    assert {f"reports/{day}.html", f"reports/{day}.json"} <= {item["Key"] for item in made}


def test_a_failure_is_answered_and_survived(
    engine: Engine, images: dict[str, ImageRef], backend: Backend
) -> None:
    with running(
        engine.client,
        images["get_user"].id,
        command=["handlers.get_user.handler.handler"],
        environment=backend.environment("get_user"),
        memory_mb=backend.declared("get_user")["memorySize"],
    ) as container:
        assert container.invoke([])["errorType"] == "AttributeError"
        assert container.invoke(event_of("get_user"))["statusCode"] in {200, 404}


def test_every_function_is_invoked() -> None:
    assert {f"test_{function}" for function in FUNCTIONS} <= set(globals())


def test_own_command_is_the_program_s(
    engine: Engine, images: dict[str, ImageRef], backend: Backend, function: str
) -> None:
    own = engine.client.images.get(images[function].id).attrs["Config"]["Cmd"]
    paths = [*own, *backend.declared(function)["imageConfig"]["commands"]]
    script = (
        "import importlib, json, sys; "
        "handlers = [getattr(importlib.import_module(module), name) "
        "for module, name in (path.rsplit('.', 1) for path in sys.argv[1:])]; "
        "print(json.dumps([handlers[0] is handlers[1], callable(handlers[0])]))"
    )
    assert len(paths) == 2
    assert run_python(engine.client, images[function].id, script, *paths) == [True, True]
