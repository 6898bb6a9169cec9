"""One running system for all fault tests of a process, with a proxy between it and AWS."""

from collections.abc import Iterator

import pytest
from system import Api
from world import World

from chaos.proxy import Proxy
from local import cloud as local_cloud
from local.emulator import free_port


@pytest.fixture(scope="session")
def world(docker: bool) -> Iterator[World]:
    port = free_port()
    host = _containers_host() if docker else "127.0.0.1"
    with (
        Proxy(port, host=host) as proxy,
        local_cloud.start(port=port, functions_port=proxy.port, docker=docker) as cloud,
    ):
        yield World(cloud=cloud, proxy=proxy, api=Api(cloud.outputs["api_gateway_url"]))


@pytest.fixture
def one_sender(world: World) -> Iterator[None]:
    """Let ``send-email`` have one execution environment, no more: batch by batch."""
    client, name = world.cloud.client("lambda"), world.cloud.functions["send-email"].name
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    yield
    client.delete_function_concurrency(FunctionName=name)


def _containers_host() -> str:
    # These load the docker package, which workers do without.
    from local.containers import find_gateway
    from local.engine import Engine

    engine = Engine.connect()
    try:
        return find_gateway(engine) or "127.0.0.1"
    finally:
        engine.client.close()
