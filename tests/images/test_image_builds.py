"""Builds rebuild only what changed, and report errors clearly."""

import re
import time
from pathlib import Path

import pytest

from local.engine import BuildFailed, Engine, EngineError
from local.images import ImageRef, build_all
from tests.support.images.bases import FUNCTIONS, Bases
from tests.support.images.builds import build, edit

SDIST_ONLY = (
    "docopt==0.6.2 --hash=sha256:49b3a825280bd66b3aa83585ef59c4a8c82f2c8a522dbe754a8bc8d08c85c491\n"
)


def test_an_edit_rebuilds_its_own_image(
    engine: Engine, bases: Bases, images: dict[str, ImageRef], tree: Path, function: str
) -> None:
    edit(tree, function)
    after = build(engine, bases, FUNCTIONS)
    assert [name for name, ref in after.items() if ref.built] == [function]
    old, new = (
        engine.client.images.get(refs[function].id).attrs["RootFS"]["Layers"]
        for refs in (images, after)
    )
    assert new[:-1] == old[:-1]
    assert new[-1] != old[-1]


def test_an_edit_of_what_is_shared_rebuilds_all(
    engine: Engine, bases: Bases, images: dict[str, ImageRef], tree: Path
) -> None:
    log = tree / "handlers/runtime/log.py"
    log.write_text(f"{log.read_text()}\nEDITED = {time.time_ns()}\n")
    assert all(ref.built for ref in build(engine, bases, FUNCTIONS).values())


def test_a_dependency_without_a_wheel_is_named(engine: Engine, bases: Bases, tree: Path) -> None:
    requirements = tree / "images/get_user/requirements.txt"
    requirements.write_text(requirements.read_text() + SDIST_ONLY)
    with pytest.raises(BuildFailed) as failure:
        build(engine, bases, ["create_user", "get_user"])
    message = str(failure.value)
    assert "The image of get-user could not be built" in message
    assert "docopt==0.6.2 has no usable wheels" in message
    assert "Each needs a wheel" in message
    assert "create-user" not in message


def test_a_dependency_without_a_hash_is_refused(engine: Engine, bases: Bases, tree: Path) -> None:
    requirements = tree / "images/get_user/requirements.txt"
    requirements.write_text(requirements.read_text() + "docopt==0.6.2\n")
    with pytest.raises(BuildFailed, match="get-user"):
        build(engine, bases, ["get_user"])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("def broken(:", "SyntaxError"),
        ("aws.client('nosuch')", "botocore knows no service 'nosuch'"),
        ("aws.client(name)", "must be a literal"),
    ],
)
def test_a_broken_handler_fails_the_build(
    engine: Engine, bases: Bases, images: dict[str, ImageRef], tree: Path, line: str, expected: str
) -> None:
    handler = tree / "handlers/create_user/handler.py"
    handler.write_text(f"{handler.read_text()}\n{line}\n")
    with pytest.raises(BuildFailed) as failure:
        build(engine, bases, ["create_user", "get_user"])
    message = str(failure.value)
    assert "The image of create-user could not be built" in message
    assert expected in message
    assert not re.search(r"^ *#\d+ ", message, flags=re.MULTILINE)  # no progress of other steps


def test_a_base_that_cannot_be_had_is_named(engine: Engine) -> None:
    base = "localhost:1/no/such:base"
    with pytest.raises(EngineError, match=rf"{base} .* set BASE_IMAGE"):
        build_all(["create_user"], base_image=base, engine=engine)


def test_an_unknown_function_is_named(engine: Engine, bases: Bases) -> None:
    with pytest.raises(ValueError, match="'no_such'"):
        build(engine, bases, ["no_such"])
