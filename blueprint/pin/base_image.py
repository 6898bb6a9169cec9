"""Moves the pin of a stack's base image, and leaves the rest of the stack's file as it is."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from blueprint.project import ProjectError, project_name, stack_settings

Resolve = Callable[[str, str], str]
"""Returns the digest of an image's name with its tag, for a platform such as ``linux/arm64``."""

_PLATFORMS = {"arm64": "linux/arm64", "x86_64": "linux/amd64"}


class PinError(ProjectError):
    """The registry has no such image, or cannot be asked."""

    exit_code = 1


@dataclass(frozen=True, kw_only=True)
class Moved:
    """The base image before and after, and the file that names it."""

    before: str
    after: str
    file: Path


def move(root: Path, stack: str, resolve: Resolve) -> Moved:
    """Write the digest that the tag of a stack's base image has now into the stack's file.

    Args:
        root: the project's folder.
        stack: such as ``prod``.
        resolve: asks the image's registry.

    Raises:
        ProjectError: there is no such stack, its file is malformed, or the base has no tag.
        PinError: the registry has no image for the stack's architecture.
    """
    from infra.config.stack import Images, StackConfig  # imports Pulumi, which takes a second

    project, settings = project_name(root), stack_settings(stack, root)
    images = settings.get(f"{project}:images") or {}
    architecture = settings.get(
        f"{project}:architecture", StackConfig.model_fields["architecture"].default
    )
    before = str(images.get("base", Images.model_fields["base"].default))
    name = before.partition("@")[0]
    if ":" not in name.rpartition("/")[2]:
        raise ProjectError(
            f"images.base of {stack} is {before}, which has no tag to look up. Write the tag "
            "before the digest, such as public.ecr.aws/lambda/python:3.13@sha256:…"
        )
    after = f"{name}@{resolve(name, _PLATFORMS[architecture])}"
    file = root / f"Pulumi.{stack}.yaml"
    if after != images.get("base"):
        file.write_text(with_base(file.read_text("utf-8"), project, after), "utf-8")
    return Moved(before=before, after=after, file=file)


def published(name: str, platform: str) -> str:
    """Return the digest that an image's name has in its registry, as the Docker engine sees it.

    Raises:
        PinError: no engine answers, or the registry has no such image for the platform.
    """
    import docker
    import docker.errors

    try:
        client = docker.from_env()
        try:
            found = client.images.get_registry_data(name)
            if not found.has_platform(platform):  # type: ignore[no-untyped-call]
                raise PinError(f"The image {name} does not exist for {platform}.")
        finally:
            client.close()
    except docker.errors.DockerException as error:
        reason = getattr(error, "explanation", None) or error
        raise PinError(f"Docker cannot look up {name}: {reason}") from error
    return str(found.id)


def with_base(text: str, project: str, base: str) -> str:
    """Return a stack file's text with another ``images.base``, and the rest as it is."""
    config = _value(yaml.compose(text, yaml.SafeLoader), "config")
    if config is None or not config.value:
        return f"{text.rstrip()}\nconfig:\n  {project}:images:\n    base: {base}\n".lstrip()
    images = _value(config, f"{project}:images")
    if images is None:
        return _insert(text, config, f"{project}:images:", f"  base: {base}")
    old = _value(images, "base")
    if old is not None:
        return text[: old.start_mark.index] + base + text[old.end_mark.index :]
    return _insert(text, images, f"base: {base}")


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == key), None)
    return None


def _insert(text: str, mapping: yaml.Node, *lines: str) -> str:
    """Return the text with lines above a mapping's first key, indented as that is."""
    first = mapping.value[0][0].start_mark
    indent = "\n" + " " * first.column
    return text[: first.index] + "".join(line + indent for line in lines) + text[first.index :]
