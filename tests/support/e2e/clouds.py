"""One cloud for all end-to-end tests of a process: the real program, in the emulator.

With ``--docker``, the functions run as containers of their images, not as workers.
"""

from collections.abc import Iterator

import pytest

from local import cloud as local_cloud
from local.cloud import Cloud
from tests.support.e2e.system import Api

ORIGIN = "http://localhost:3000"
"""The one web site that the API answers."""


@pytest.fixture(scope="session")
def cloud(docker: bool) -> Iterator[Cloud]:
    # The tests that wait for the schedule fire it themselves: its shortest rate is a minute.
    overrides = {
        "schedules": {"cleanup": "at(2099-01-01T00:00:00)"},
        "api": {"corsOrigins": [ORIGIN]},
    }
    with local_cloud.start(config_overrides=overrides, docker=docker) as running:
        yield running


@pytest.fixture(scope="session")
def api(cloud: Cloud) -> Api:
    return Api(cloud.outputs["api_gateway_url"])
