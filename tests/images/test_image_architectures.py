"""Images for the other architecture: built and inspected, never run."""

import struct

from local.engine import Engine, platform_of
from local.images import ImageRef
from tests.support.functions import expected
from tests.support.images.bases import Bases
from tests.support.images.containers import read

ELF_MACHINES = {"linux/amd64": 62, "linux/arm64": 183}


def libraries(engine: Engine, ref: ImageRef) -> dict[str, int]:
    """Return the machine type of each ELF file under /var/task, by path."""
    return {
        name.removeprefix("task/"): struct.unpack_from("<H", content, 18)[0]
        for name, content in read(engine.client, ref.id, "/var/task").items()
        if content.startswith(b"\x7fELF")
    }


def test_every_library_is_of_the_image_s_architecture(
    engine: Engine,
    images: dict[str, ImageRef],
    foreign_images: dict[str, ImageRef],
    bases: Bases,
    function: str,
) -> None:
    for ref, platform in (
        (images[function], engine.platform),
        (foreign_images[function], bases.foreign_platform),
    ):
        assert platform_of(engine.client.images.get(ref.id)) == platform
        found = libraries(engine, ref)
        assert set(found.values()) <= {ELF_MACHINES[platform]}
        packages = {name.split("/")[0] for name in found}
        assert packages == expected()[function.replace("_", "-")].native


def test_what_has_no_libraries_is_the_same_everywhere(
    engine: Engine,
    images: dict[str, ImageRef],
    foreign_images: dict[str, ImageRef],
    function: str,
) -> None:
    layers = [
        engine.client.images.get(refs[function].id).attrs["RootFS"]["Layers"][-2:]
        for refs in (images, foreign_images)
    ]
    has_libraries = bool(expected()[function.replace("_", "-")].native)
    assert (layers[0] != layers[1]) is has_libraries
