"""Pushes images to a registry."""

from typing import Any

from docker import DockerClient


class Refused(Exception):
    """The registry's error."""


def push(client: DockerClient, image: str, repository: str, tag: str) -> str:
    """Push an image under a second tag, remove the tag, and return the digest."""
    client.images.get(image).tag(repository, tag)
    try:
        messages: list[dict[str, Any]] = list(
            client.api.push(repository, tag, stream=True, decode=True)
        )
    finally:
        client.images.remove(f"{repository}:{tag}", noprune=True)
    for message in messages:
        if "error" in message:
            raise Refused(message["error"])
    (digest,) = (m["aux"]["Digest"] for m in messages if "Digest" in m.get("aux", {}))
    return str(digest)
