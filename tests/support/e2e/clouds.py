"""One cloud for all end-to-end tests of a process: the real program, in the emulator.

With ``--docker``, the functions run as containers of their images, not as workers.
"""

import time
from collections.abc import Iterator

import pytest

from local import cloud as local_cloud
from local.cloud import Cloud
from tests.support.e2e.system import Api


@pytest.fixture(scope="session")
def cloud(docker: bool) -> Iterator[Cloud]:
    # One test waits for a schedule, whose shortest rate is a minute. It fires once, and the
    # system must be up by then.
    soon = time.strftime("at(%Y-%m-%dT%H:%M:%S)", time.gmtime(time.time() + 40))
    overrides = {"schedules": {"cleanup": soon}}
    with local_cloud.start(config_overrides=overrides, docker=docker) as running:
        yield running


@pytest.fixture(scope="session")
def api(cloud: Cloud) -> Api:
    return Api(cloud.outputs["api_gateway_url"])
