"""A running system per process for all fault tests, with a proxy between it and AWS."""

from collections.abc import Iterator

import pytest

from checks.chaos.proxy import Proxy, host_of_functions
from local import cloud as local_cloud
from local.emulator import free_port
from tests.support.e2e.system import Api
from tests.support.faults.world import World


@pytest.fixture(scope="session")
def world(docker: bool) -> Iterator[World]:
    port = free_port()
    with (
        Proxy(port, host=host_of_functions(docker=docker)) as proxy,
        local_cloud.start(port=port, functions_port=proxy.port, docker=docker) as cloud,
    ):
        yield World(cloud=cloud, proxy=proxy, api=Api(cloud.outputs["api_gateway_url"]))


@pytest.fixture
def one_sender(world: World) -> Iterator[None]:
    """Limit ``send-email`` to one execution environment, so that batches come one by one."""
    client, name = world.cloud.client("lambda"), world.cloud.functions["send-email"].name
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    yield
    client.delete_function_concurrency(FunctionName=name)
