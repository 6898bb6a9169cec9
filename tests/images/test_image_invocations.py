"""Every image handles AWS's events, under Lambda's restrictions."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from local.engine import Engine
from local.images import ImageRef
from tests.support import samples
from tests.support.expected import BUSY
from tests.support.functions import FOLDERS, expected, module_of
from tests.support.images.backend import Backend, Invoke, start
from tests.support.images.containers import run_python, running


@pytest.fixture(scope="module")
def backend(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    with start(engine, tmp_path_factory.mktemp("emulator")) as running_backend:
        yield running_backend


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
            lines = [line for line in container.ended_logs().splitlines() if line.startswith("{")]
            records = [json.loads(line) for line in lines]
            # A function logs only the outcome of an event that it handles.
            assert records
            assert [record for record in records if "outcome" not in record] == []
            return answers

        yield invoke


def answers_requests(folder: str) -> bool:
    return expected()[folder.replace("_", "-")].unanswered == BUSY


def test_it_does_its_work(invoke: Invoke, backend: Backend, function: str) -> None:
    module_of(function, "in_image").check(invoke, backend)


@pytest.mark.parametrize("of_the_api", [f for f in FOLDERS if answers_requests(f)])
def test_a_failure_is_answered_and_survived(
    engine: Engine, images: dict[str, ImageRef], backend: Backend, of_the_api: str
) -> None:
    with running(
        engine.client,
        images[of_the_api].id,
        command=[f"handlers.{of_the_api}.handler.handler"],
        environment=backend.environment(of_the_api),
        memory_mb=backend.declared(of_the_api)["memorySize"],
    ) as container:
        assert container.invoke([])["errorType"] == "AttributeError"
        assert container.invoke(samples.event(of_the_api))["statusCode"] < 500


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
