"""One cloud for all end-to-end tests: the real program, in the emulator.

``--docker`` runs the functions as containers of their images, in place of workers.
"""

import time
from collections.abc import Iterator

import pytest
from system import Api

from local import cloud as local_cloud
from local.cloud import Cloud


@pytest.fixture(scope="session")
def docker(pytestconfig: pytest.Config) -> Iterator[bool]:
    """Whether functions run as containers; if so, there is a base for their images."""
    if not pytestconfig.getoption("--docker"):
        yield False
        return
    # Loads the docker package, which workers do without.
    from image_bases import choose

    from local.engine import Engine

    engine = Engine.connect()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BASE_IMAGE", choose(engine).native)
        engine.client.close()
        yield True


@pytest.fixture(scope="session")
def cloud(docker: bool) -> Iterator[Cloud]:
    # The shortest rate is a minute; one test waits for a schedule to invoke.
    soon = time.strftime("at(%Y-%m-%dT%H:%M:%S)", time.gmtime(time.time() + 20))
    overrides = {"schedules": {"cleanup": soon}}
    with local_cloud.start(config_overrides=overrides, docker=docker) as running:
        yield running


@pytest.fixture(scope="session")
def api(cloud: Cloud) -> Api:
    return Api(cloud.outputs["api_gateway_url"])
