"""Talks to the Docker engine: finds it, looks up images, and runs builds of the classic builder."""

import io
import os
import tarfile
from collections.abc import Iterator, Mapping
from typing import Any

import docker
import docker.errors
from docker.models.images import Image

from local.errors import LocalError

BASE_IMAGE = "public.ecr.aws/lambda/python:3.13"
"""The Dockerfile's default as well."""

_LAST_LINES = 15
_SILENCE_SECONDS = 600  # a step that downloads prints nothing


def chosen_base() -> str:
    """Return the base of the functions' images: the environment's ``BASE_IMAGE``, or Lambda's."""
    return os.environ.get("BASE_IMAGE") or BASE_IMAGE


class EngineError(LocalError):
    """No engine answers, or it lacks an image and cannot pull it."""


class BuildFailed(LocalError):
    """An image could not be built; the message ends with the last lines of the build."""


class Engine:
    """A Docker engine.

    Attributes:
        client: docker-py's client of it.
        platform: its own platform, such as ``linux/amd64``.
    """

    def __init__(self, client: docker.DockerClient) -> None:
        self.client = client
        version = client.version()
        self.platform = f"{version['Os']}/{version['Arch']}"

    @classmethod
    def connect(cls) -> "Engine":
        """Return the engine that ``DOCKER_HOST`` names, or this machine's.

        Raises:
            EngineError: none answers.
        """
        try:
            return cls(docker.from_env(timeout=_SILENCE_SECONDS))
        except (docker.errors.DockerException, OSError) as error:
            where = os.environ.get("DOCKER_HOST", "its usual socket")
            raise EngineError(
                f"No Docker engine answers on {where} ({error}). Start it, or set DOCKER_HOST."
            ) from error

    def find(self, name: str) -> Image | None:
        """Return an image of the engine's own store, by tag or id, or None."""
        try:
            return self.client.images.get(name)
        except docker.errors.ImageNotFound:
            return None

    def get(self, name: str, platform: str) -> Image:
        """Return an image of a platform from the engine's own store, or pull it.

        Raises:
            EngineError: it is missing, and cannot be pulled.
        """
        image = self.find(name)
        if image is not None and platform_of(image) == platform:
            return image
        try:
            return self.client.images.pull(name, platform=platform)
        except docker.errors.APIError as error:
            raise EngineError(
                f"The image {name} ({platform}) is not here and cannot be pulled: "
                f"{error.explanation or error}. To use another base image, set BASE_IMAGE."
            ) from error

    def build(self, name: str, files: Mapping[str, bytes], **options: Any) -> str:
        """Build an image and return its id.

        Args:
            name: the name to use in errors.
            files: the context: contents by path, ``Dockerfile`` among them.
            options: of docker-py's ``APIClient.build``.

        Raises:
            BuildFailed: with the last lines of the build.
        """
        lines: list[str] = []
        try:
            stream = self.client.api.build(
                fileobj=_archive(files), custom_context=True, forcerm=True, decode=True, **options
            )
            return _follow(stream, lines)
        except (docker.errors.DockerException, _StepFailed) as error:
            tail = "".join(f"\n    {line}" for line in lines[-_LAST_LINES:])
            raise BuildFailed(f"The image of {name} could not be built: {error}{tail}") from error


def platform_of(image: Image) -> str:
    """Return an image's platform, such as ``linux/arm64``."""
    return f"{image.attrs['Os']}/{image.attrs['Architecture']}"


class _StepFailed(Exception):
    """The engine's message about a step that failed."""


def _follow(stream: Iterator[dict[str, Any]], lines: list[str]) -> str:
    """Read a build's messages to the end; return the id of the image."""
    identifier = failure = ""
    for message in stream:
        text = message.get("stream", "").splitlines()
        lines += [line for line in text if line.strip() and not line.startswith(" --->")]
        failure = message.get("error", failure)
        identifier = message.get("aux", {}).get("ID", identifier)
    if failure:
        raise _StepFailed(failure)
    return identifier


def _archive(files: Mapping[str, bytes]) -> io.BytesIO:
    """Return a build context that depends only on names and contents."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, content in sorted(files.items()):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            member.mode = 0o644
            tar.addfile(member, io.BytesIO(content))
    archive.seek(0)
    return archive
