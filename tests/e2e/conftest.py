"""One cloud for all end-to-end tests: the real program, in the emulator."""

import time
from collections.abc import Iterator

import pytest
from system import Api

from local import cloud as local_cloud
from local.cloud import Cloud


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    # The shortest rate is a minute; one test waits for a schedule to invoke.
    soon = time.strftime("at(%Y-%m-%dT%H:%M:%S)", time.gmtime(time.time() + 20))
    with local_cloud.start(config_overrides={"schedules": {"cleanup": soon}}) as running:
        yield running


@pytest.fixture(scope="session")
def api(cloud: Cloud) -> Api:
    return Api(cloud.outputs["api_gateway_url"])
