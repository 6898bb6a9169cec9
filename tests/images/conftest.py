"""One Docker engine, one base image and one set of images for all tests."""

import contextlib
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from images import context
from local.emulator import free_port
from local.engine import Engine
from local.images import ImageRef, build_all
from tests.support.images.bases import FUNCTIONS, Bases, choose


@pytest.fixture(params=FUNCTIONS)
def function(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    engine = Engine.connect()
    yield engine
    engine.client.close()


@pytest.fixture(scope="session")
def bases(engine: Engine) -> Bases:
    return choose(engine)


@pytest.fixture(scope="session")
def images(engine: Engine, bases: Bases) -> dict[str, ImageRef]:
    return build_all(FUNCTIONS, base_image=bases.native, engine=engine)


@pytest.fixture(scope="session")
def foreign_images(engine: Engine, bases: Bases) -> dict[str, ImageRef]:
    """Return the images for the other architecture, which this machine cannot run."""
    return build_all(
        FUNCTIONS,
        base_image=bases.foreign,
        build_base=bases.native,
        platform=bases.foreign_platform,
        engine=engine,
    )


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the sources that tests change, and build images from."""
    for folder in ("handlers", "images"):
        shutil.copytree(
            context.ROOT / folder,
            tmp_path / folder,
            ignore=shutil.ignore_patterns("__pycache__"),
        )
    monkeypatch.setattr(context, "ROOT", tmp_path)
    return tmp_path


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[str]:
    """Yield Debian's registry, on loopback, with its own storage."""
    program = shutil.which("docker-registry")
    assert program, "docker-registry is not installed; .ci/docker-engine does it"
    address = f"127.0.0.1:{free_port()}"
    config = {
        "version": 0.1,
        "log": {"level": "error"},
        "storage": {"filesystem": {"rootdirectory": str(tmp_path / "store")}},
        "http": {"addr": address},
    }
    (tmp_path / "config.yml").write_text(json.dumps(config))  # JSON is YAML
    log = (tmp_path / "registry.log").open("wb")
    with (
        log,
        subprocess.Popen(
            [program, "serve", str(tmp_path / "config.yml")], stdout=log, stderr=log
        ) as process,
    ):
        try:
            _wait(f"http://{address}/v2/")
            yield address
        finally:
            process.terminate()


def _wait(url: str) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(url, timeout=5).close()
            return
        time.sleep(0.05)
    raise AssertionError(f"nothing answers on {url}")
