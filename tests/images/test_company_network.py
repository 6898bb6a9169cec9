"""Builds behind a company's network: its index, password and authority leave no trace."""

import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from images import context
from local.containers import find_gateway
from local.engine import BuildFailed, Engine
from local.errors import LocalError
from tests.support.images.bases import Bases
from tests.support.images.index import OUTSIDE, PASSWORD, Index, serve

FUNCTION = "get_user"
FILES = {name: path.read_bytes() for name, path in context.sources(FUNCTION).items()}
# The stage that installs, as an image of its own: what it holds stays in the builder's cache.
INSTALLING = {
    **FILES,
    "Dockerfile": FILES["Dockerfile"].partition(b"FROM packages AS function")[0],
}
COPYING = "import shutil; shutil.copy('/run/secrets/package-index', '/etc/kept')"


@pytest.fixture(scope="module")
def index(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("company")
    with serve(find_gateway(engine) or "127.0.0.1", folder) as running:
        yield running


def build(
    engine: Engine,
    bases: Bases,
    environ: Mapping[str, str],
    *,
    files: Mapping[str, bytes] = FILES,
    cached: bool = True,
) -> str:
    arguments = {"BASE_IMAGE": bases.native, "FUNCTION": FUNCTION, "REVISION": "1"}
    return engine.build("get-user", files, arguments=arguments, cached=cached, environ=environ)


@pytest.fixture(scope="module")
def image(engine: Engine, bases: Bases, index: Index) -> str:
    return build(engine, bases, index.environ, cached=False)


def saved(engine: Engine, image: str) -> Iterator[tuple[str, bytes]]:
    """Yield every file of an image's archive, and every file of its layers."""
    for name, data in regular_files(b"".join(engine.client.images.get(image).save())):
        yield name, data
        if data[257:262] == b"ustar":
            yield from regular_files(data)


def regular_files(archive: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isreg() else None
            if content is not None:
                yield member.name, content.read()


def traces(engine: Engine, image: str, index: Index) -> list[str]:
    """Return the files that hold the password, the index's address or the authority."""
    host = index.url.partition("@")[2].partition("/")[0]
    certificate = index.certificates.read_text().splitlines()[1]
    words = [word.encode() for word in (PASSWORD, host, certificate)]
    found = [name for name, data in saved(engine, image) if any(word in data for word in words)]
    assert not any(word in json.dumps(history(engine, image)).encode() for word in words)
    return found


def history(engine: Engine, image: str) -> object:
    found = engine.client.images.get(image)
    return [found.history(), found.attrs]


def test_everything_comes_from_the_index(image: str, index: Index) -> None:
    packages = {path.rpartition("/")[2].partition("-")[0] for path in index.served}
    assert {"uv", "botocore", "msgspec"} <= packages


def test_the_image_has_no_trace_of_it(engine: Engine, image: str, index: Index) -> None:
    assert traces(engine, image, index) == []


def test_the_stages_have_no_trace_of_it(
    engine: Engine, bases: Bases, image: str, index: Index
) -> None:
    installing = build(engine, bases, index.environ, files=INSTALLING)
    assert traces(engine, installing, index) == []


def test_traces_are_found(engine: Engine, bases: Bases, index: Index) -> None:
    dockerfile = f"""
        FROM {bases.native}
        RUN --mount=type=secret,id=package-index ["python3", "-c", "{COPYING}"]
    """
    leaking = engine.build("a leak", {"Dockerfile": dockerfile.encode()}, environ=index.environ)
    assert "etc/kept" in traces(engine, leaking, index)


def test_it_makes_no_other_image(engine: Engine, bases: Bases, image: str, index: Index) -> None:
    """Not even a step runs again: a secret is no part of a step's cache key."""
    requests = len(index.served)
    assert build(engine, bases, OUTSIDE) == image
    assert build(engine, bases, {**index.environ, "PIP_INDEX_URL": "https://127.0.0.1:1"}) == image
    assert len(index.served) == requests


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"PIP_INDEX_URL": "https://{host}/simple"}, "401|[Cc]redentials|No matching"),
        ({"PIP_CERT": ""}, "certificate verify failed|CERTIFICATE_VERIFY_FAILED"),
    ],
)
def test_without_the_password_or_the_authority_it_fails(
    engine: Engine, bases: Bases, index: Index, change: dict[str, str], words: str
) -> None:
    host = index.url.partition("@")[2].partition("/")[0]
    once = {  # pip would try again for long
        **INSTALLING,
        "Dockerfile": INSTALLING["Dockerfile"].replace(
            b'"install", ', b'"install", "--retries=0", '
        ),
    }
    environ = {**index.environ, **{name: value.format(host=host) for name, value in change.items()}}
    with pytest.raises(BuildFailed, match=words) as failure:
        build(engine, bases, environ, files=once, cached=False)
    assert PASSWORD not in str(failure.value)


def test_certificates_that_are_not_there(engine: Engine, tmp_path: Path) -> None:
    missing = tmp_path / "no.pem"
    with pytest.raises(LocalError, match=rf"{missing}, which PIP_CERT"):
        engine.build("anything", {}, environ={"PIP_CERT": str(missing)})


def test_a_machine_without_the_docker_command(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="docker command"):
        engine.build("anything", {}, environ={"PATH": str(tmp_path)})


def test_a_docker_command_without_buildkit(engine: Engine, tmp_path: Path) -> None:
    program = tmp_path / "docker"
    program.write_text(
        "#!/bin/sh\necho 'BuildKit is enabled but the buildx component is missing'\n"
    )
    program.chmod(0o755)
    with pytest.raises(LocalError, match=r"buildx plugin.*https://docs\.docker\.com/go/buildx/"):
        engine.build("anything", {}, environ={"PATH": str(tmp_path)})
