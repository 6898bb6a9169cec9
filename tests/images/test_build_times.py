"""Builds are reproducible and quick. Nothing runs beside these tests: they measure time."""

import time
from pathlib import Path

from local.engine import Engine
from local.images import ImageRef
from tests.support.images.bases import FUNCTIONS, Bases
from tests.support.images.builds import build, edit


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
