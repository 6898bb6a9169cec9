"""Images are pushed and pulled by digest; an immutable tag does not move."""

import contextlib
import json
import urllib.request
from pathlib import Path

import docker.errors
import pytest

from local.engine import Engine
from local.images import ImageRef
from tests.support.images.backend import client_of, emulator
from tests.support.images.registry import Refused, push

MANIFESTS = {
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
}


def test_push_and_pull_by_digest(
    engine: Engine, images: dict[str, ImageRef], registry: str
) -> None:
    client, image = engine.client, images["create_user"].tag
    repository = f"{registry}/create-user"
    digest = push(client, image, repository, "src-1")
    assert push(client, image, repository, "src-2") == digest

    name = f"{repository}@{digest}"
    with contextlib.suppress(docker.errors.ImageNotFound):
        client.images.remove(name, noprune=True)
    pulled = client.images.pull(name)
    try:
        assert pulled.id == client.images.get(image).id
    finally:
        client.images.remove(name, noprune=True)

    # Lambda accepts a single image, not an index of several.
    request = urllib.request.Request(
        f"http://{registry}/v2/create-user/manifests/{digest}",
        headers={"Accept": ", ".join(sorted(MANIFESTS))},
    )
    with urllib.request.urlopen(request) as response:
        assert json.load(response)["mediaType"] in MANIFESTS


def test_an_immutable_tag_takes_no_other_content(
    engine: Engine, images: dict[str, ImageRef], tmp_path: Path
) -> None:
    client = engine.client
    first, other = images["create_user"].tag, images["get_user"].tag
    with emulator("127.0.0.1", tmp_path) as endpoint:
        repository = f"{endpoint.removeprefix('http://')}/create-user"
        ecr = client_of(endpoint, "ecr")
        ecr.create_repository(repositoryName="create-user", imageTagMutability="IMMUTABLE")
        digest = push(client, first, repository, "src-1")
        with pytest.raises(Refused, match=r"(?i)immutable"):
            push(client, other, repository, "src-1")
        (image,) = ecr.describe_images(repositoryName="create-user")["imageDetails"]
        assert (image["imageDigest"], image["imageTags"]) == (digest, ["src-1"])
