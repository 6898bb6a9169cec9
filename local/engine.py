"""Talks to the Docker engine: finds it, looks up images, and builds with its BuildKit."""

import io
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

import docker
import docker.errors
from docker.models.images import Image

from images import package_index
from local import engine_probe
from local.errors import LocalError

BASE_IMAGE = "public.ecr.aws/lambda/python:3.13"
"""The Dockerfile's default as well."""

_LAST_LINES = 15
# What a step prints, in the plain form of BuildKit's progress: `#7 0.123 text`.
_PRINTED = re.compile(r"#\d+ \d+\.\d+ (.*)")
# BuildKit repeats the failed step's output below this.
_SUMMARY = "------"
_SILENCE_SECONDS = 600  # a step that downloads prints nothing


def chosen_base() -> str:
    """Return the base of the functions' images: the environment's ``BASE_IMAGE``, or Lambda's."""
    return os.environ.get("BASE_IMAGE") or BASE_IMAGE


class EngineError(LocalError):
    """No engine answers, it lacks an image and cannot pull it, or it cannot build."""


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

    def build(
        self,
        name: str,
        files: Mapping[str, bytes],
        *,
        arguments: Mapping[str, str] | None = None,
        platform: str | None = None,
        tag: str | None = None,
        cached: bool = True,
        environ: Mapping[str, str] = os.environ,
    ) -> str:
        """Build an image and return its id.

        docker-py has no BuildKit, so this runs the ``docker`` command.

        Args:
            name: the name to use in errors.
            files: the context: contents by path, ``Dockerfile`` among them.
            arguments: the Dockerfile's arguments.
            platform: such as ``linux/arm64``; the engine's own if None.
            tag: a name for the image.
            cached: whether steps of earlier builds may be used.
            environ: names the package index and what is needed to reach it.

        Raises:
            BuildFailed: with the last lines of the build.
            EngineError: the ``docker`` command or its BuildKit is missing.
            LocalError: the certificates that the environment names cannot be read.
        """
        given = [f"--build-arg={key}={value}" for key, value in (arguments or {}).items()]
        with tempfile.TemporaryDirectory() as folder:
            id_file = Path(folder) / "id"
            output = _docker(
                "build",
                "--progress=plain",
                f"--platform={platform or self.platform}",
                f"--secret=id={package_index.NAME},env=PACKAGE_INDEX",
                f"--iidfile={id_file}",
                *given,
                *([f"--tag={tag}"] if tag else []),
                *([] if cached else ["--no-cache"]),
                "-",
                stdin=_archive(files),
                environ={**environ, "PACKAGE_INDEX": _settings(environ)},
            )
            if id_file.is_file():
                return id_file.read_text()
        if "buildx component is missing" in output:
            raise EngineError(
                "Docker's buildx plugin, which builds the images, is not installed. Install it: "
                "https://docs.docker.com/go/buildx/"
            )
        raise BuildFailed(f"The image of {name} could not be built: {_failure(output)}")


def platform_of(image: Image) -> str:
    """Return an image's platform, such as ``linux/arm64``."""
    return f"{image.attrs['Os']}/{image.attrs['Architecture']}"


def _settings(environ: Mapping[str, str]) -> str:
    try:
        return package_index.settings(environ)
    except package_index.PackageIndexError as error:
        raise LocalError(str(error)) from error


def _docker(*command: str, stdin: bytes, environ: Mapping[str, str]) -> str:
    """Run the ``docker`` command with the engine that docker-py uses, and return what it prints."""
    variables = {
        "DOCKER_BUILDKIT": "1",
        "DOCKER_HOST": engine_probe.address(),
        "BUILDX_BUILDER": "default",  # the engine's own, which stores the image in the engine
        "BUILDX_NO_DEFAULT_ATTESTATIONS": "1",  # one image, and no index
    }
    program = shutil.which("docker", path=environ.get("PATH"))
    if program is None:
        raise EngineError(
            "The docker command, which builds the images, is not on the PATH. Install it: "
            "https://docs.docker.com/engine/install/"
        )
    ended = subprocess.run(
        [program, *command],
        input=stdin,
        env={**environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return ended.stdout.decode(errors="replace")


def _failure(output: str) -> str:
    """Return BuildKit's error, and below it the last lines that the failed build printed."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    steps = lines[: lines.index(_SUMMARY)] if _SUMMARY in lines else lines
    printed = [match[1] for line in steps if (match := _PRINTED.fullmatch(line))]
    tail = "".join(f"\n    {line}" for line in (printed or steps[:-1])[-_LAST_LINES:])
    return f"{lines[-1] if lines else 'no output'}{tail}"


def _archive(files: Mapping[str, bytes]) -> bytes:
    """Return a build context that depends only on names and contents."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, content in sorted(files.items()):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            member.mode = 0o644
            tar.addfile(member, io.BytesIO(content))
    return archive.getvalue()
