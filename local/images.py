"""Builds the functions' images with the machine's Docker engine, only those that changed.

>>> images = build_all(["count_users", "list_users"])
>>> images["count_users"].tag
'project/count-users:5b1f0c6a9d3e4472'
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TypeVar

from blueprint.project import project_name
from images import context
from local.engine import BuildFailed, Engine, chosen_base

_REPOSITORY = project_name()

Progress = Callable[[str], None]
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class ImageRef:
    """One function's image in the engine's own store.

    Attributes:
        function: the function's folder, such as ``count_users``.
        tag: its name in the engine.
        id: ``sha256:…``.
        built: whether this run built it.
    """

    function: str
    tag: str
    id: str
    built: bool


def build_all(
    functions: Iterable[str],
    *,
    base_image: str | None = None,
    platform: str | None = None,
    progress: Progress = print,
    engine: Engine | None = None,
    build_base: str | None = None,
    cached: bool = True,
) -> dict[str, ImageRef]:
    """Build the missing images in parallel, and return every function's.

    An image's name is a hash of its sources, base and platform. So an image with that name is the
    right one.

    Args:
        functions: folders of the functions.
        base_image: the images' base; ``chosen_base()`` if None.
        platform: such as ``linux/arm64``; the engine's own if None.
        progress: receives a line about each image that is built.
        engine: this machine's if None.
        build_base: the base for the engine's own platform, if ``base_image`` has only one.
        cached: whether images and steps of earlier builds may be used.

    Raises:
        EngineError: no engine answers, or the base cannot be pulled.
        BuildFailed: names each function whose image could not be built, with the last lines.
        ValueError: a function lacks its handler or its requirements.
    """
    engine = engine or Engine.connect()
    platform = platform or engine.platform
    base_image = base_image or chosen_base()
    base = str(engine.get(base_image, platform).id)
    sources = [_Source.read(function, f"{base} {platform}") for function in functions]
    refs = {source.function: _find(engine, source) for source in sources if cached}
    missing = [source for source in sources if not refs.get(source.function)]
    if len(missing) > 1:
        progress(f"building {', '.join(source.name for source in missing)}")
    build = _Build(
        engine=engine,
        base=base_image,
        build_base=build_base or base_image,
        platform=platform,
        progress=progress,
        cached=cached,
    )
    refs |= {ref.function: ref for ref in _parallel(build.image, missing)}
    return {source.function: ref for source in sources if (ref := refs[source.function])}


@dataclass(frozen=True, kw_only=True)
class _Source:
    """The sources of one image; ``files`` is the context, contents by path."""

    function: str
    fingerprint: str
    files: Mapping[str, bytes]
    tag: str

    @classmethod
    def read(cls, function: str, foundation: str) -> "_Source":
        files = context.contents(function)
        fingerprint = context.fingerprint_of(files)
        made_from = hashlib.sha256(f"{fingerprint} {foundation}".encode()).hexdigest()
        return cls(
            function=function,
            fingerprint=fingerprint,
            files=files,
            tag=f"{_REPOSITORY}/{function.replace('_', '-')}:{made_from[:16]}",
        )

    @property
    def name(self) -> str:
        return self.function.replace("_", "-")


def _find(engine: Engine, source: _Source) -> ImageRef | None:
    image = engine.find(source.tag)
    if image is None:
        return None
    return ImageRef(function=source.function, tag=source.tag, id=str(image.id), built=False)


@dataclass(frozen=True, kw_only=True)
class _Build:
    """Shared by the builds of one run."""

    engine: Engine
    base: str
    build_base: str
    platform: str
    progress: Progress
    cached: bool

    def image(self, source: _Source) -> ImageRef:
        """Build one function's image."""
        start = time.monotonic()
        identifier = self.engine.build(
            source.name,
            source.files,
            arguments={
                "BASE_IMAGE": self.base,
                "BUILD_IMAGE": self.build_base,
                "FUNCTION": source.function,
                "REVISION": source.fingerprint,
            },
            platform=self.platform,
            tag=source.tag,
            cached=self.cached,
        )
        self.progress(f"{source.name}: built in {time.monotonic() - start:.1f} s")
        return ImageRef(function=source.function, tag=source.tag, id=identifier, built=True)


def _parallel(work: Callable[[_Source], T], sources: list[_Source]) -> list[T]:
    """Run the same work for several functions, as many at a time as there are processors.

    Raises:
        BuildFailed: one error for all that failed, after the others are done.
    """
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        futures = [pool.submit(work, source) for source in sources]
        try:
            wait(futures)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)  # after Ctrl-C, start no further build
            raise
    failures = [error for future in futures if (error := future.exception())]
    unexpected = [error for error in failures if not isinstance(error, BuildFailed)]
    if unexpected:
        raise unexpected[0]
    if failures:
        raise BuildFailed("\n".join(str(failure) for failure in failures))
    return [future.result() for future in futures]
