"""Builds are reproducible, quick, rebuild only what changed, and report errors clearly."""

import re
import time
from pathlib import Path
from typing import Any

import pytest

from local.engine import BuildFailed, Engine, EngineError
from local.images import ImageRef, build_all
from tests.support.images.bases import FUNCTIONS, Bases

SDIST_ONLY = (
    "docopt==0.6.2 --hash=sha256:49b3a825280bd66b3aa83585ef59c4a8c82f2c8a522dbe754a8bc8d08c85c491\n"
)


def build(engine: Engine, bases: Bases, functions: list[str], **options: Any) -> dict[str, Any]:
    return dict(build_all(functions, base_image=bases.native, engine=engine, **options))


def edit(tree: Path, function: str) -> None:
    """Change a handler in a new way, so that no earlier build is cached."""
    handler = tree / "handlers" / function / "handler.py"
    handler.write_text(f"{handler.read_text()}\nEDITED = {time.time_ns()}\n")


def test_clean_builds_are_identical_and_in_time(
    engine: Engine, bases: Bases, images: dict[str, ImageRef]
) -> None:
    start = time.monotonic()
    again = build(engine, bases, FUNCTIONS, cached=False)
    seconds = time.monotonic() - start
    # The budget is for all images, which share steps; here each image runs every step.
    if seconds > 90:
        # If the engine itself is slow, the time of one image, built alone, is the measure.
        start = time.monotonic()
        build(engine, bases, FUNCTIONS[:1], cached=False)
        alone = time.monotonic() - start
        assert seconds <= len(FUNCTIONS) * alone, (seconds, alone)
    for function, ref in images.items():
        first, second = (engine.client.images.get(r.id).attrs for r in (ref, again[function]))
        # A layer's id is the hash of its tar file: names, contents, modes, owners and times.
        assert second["RootFS"]["Layers"] == first["RootFS"]["Layers"], function
        for key in ("Cmd", "Entrypoint", "Env", "Labels", "User", "WorkingDir"):
            assert second["Config"][key] == first["Config"][key], function


def test_nothing_is_built_when_nothing_changed(
    engine: Engine, bases: Bases, images: dict[str, ImageRef]
) -> None:
    lines: list[str] = []
    start = time.monotonic()
    again = build(engine, bases, FUNCTIONS, progress=lines.append)
    seconds = time.monotonic() - start
    assert seconds <= max(3, 3 * emptiest_build(engine, bases))
    assert {ref.built for ref in again.values()} == {False}
    assert lines == []


def emptiest_build(engine: Engine, bases: Bases) -> float:
    """Return the seconds of a build with the steps of a rebuild, which do nothing."""
    dockerfile = f"""
        FROM {bases.native} AS build
        COPY edited /build/edited
        RUN ["python3", "-c", ""]
        FROM {bases.native}
        COPY --from=build /build/edited /
        LABEL edited=1
    """
    files = {"Dockerfile": dockerfile.encode(), "edited": str(time.time_ns()).encode()}
    start = time.monotonic()
    engine.build("the comparison", files)
    return time.monotonic() - start


def test_an_edit_rebuilds_its_own_image(
    engine: Engine, bases: Bases, images: dict[str, ImageRef], tree: Path, function: str
) -> None:
    before = build(engine, bases, FUNCTIONS)
    edit(tree, function)
    after = build(engine, bases, FUNCTIONS)
    assert [name for name, ref in after.items() if ref.built] == [function]
    old, new = (
        engine.client.images.get(refs[function].id).attrs["RootFS"]["Layers"]
        for refs in (before, after)
    )
    assert new[:-1] == old[:-1]
    assert new[-1] != old[-1]


def test_an_edit_rebuilds_the_largest_image_in_a_second(
    engine: Engine, bases: Bases, images: dict[str, ImageRef], tree: Path
) -> None:
    largest = max(images, key=lambda name: engine.client.images.get(images[name].id).attrs["Size"])
    seconds, emptiest = [], []
    for _ in range(5):
        edit(tree, largest)
        start = time.monotonic()
        build(engine, bases, FUNCTIONS)
        seconds.append(time.monotonic() - start)
        emptiest.append(emptiest_build(engine, bases))
    # If the engine itself is slow, its own time is the measure.
    assert min(seconds) <= max(1, 3 * min(emptiest)), (seconds, emptiest)


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
