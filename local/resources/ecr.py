"""Repositories and images. Nothing is pushed; `local.images` builds the images that run here."""

import hashlib
import json
from typing import Any

from local.resources.names import present
from local.resources.registry import PUT, resource
from local.resources.request import Request, ResourceState


@resource(
    "aws:ecr/repository:Repository",
    passes="name encryptionConfigurations imageTagMutability imageScanningConfiguration",
    ignores="forceDelete",
    delete=lambda request: request.client("ecr").delete_repository(
        repositoryName=request.id, force=True
    ),
)
def repository(request: Request) -> ResourceState:
    """Make an image repository."""
    name = request.physical_name(256).lower()
    scanning = request.get("imageScanningConfiguration", {})
    encryption = request.get("encryptionConfigurations") or [None]
    created_repository = request.client("ecr").create_repository(
        repositoryName=name,
        **present(
            imageTagMutability=request.get("imageTagMutability"),
            imageScanningConfiguration=scanning or None,
            encryptionConfiguration=encryption[0],
        ),
    )["repository"]
    return ResourceState(
        name,
        {
            "name": name,
            "arn": created_repository["repositoryArn"],
            "registryId": created_repository["registryId"],
            "repositoryUrl": created_repository["repositoryUri"],
        },
    )


@resource(
    "aws:ecr/lifecyclePolicy:LifecyclePolicy",
    passes="repository policy",
    update=PUT,
    fixed="repository",
    delete=lambda request: request.client("ecr").delete_lifecycle_policy(repositoryName=request.id),
)
def lifecycle_policy(request: Request) -> ResourceState:
    """Set a repository's lifecycle policy."""
    name = request.require("repository")
    request.client("ecr").put_lifecycle_policy(
        repositoryName=name, lifecyclePolicyText=request.require("policy")
    )
    return ResourceState(name)


_IN_IMAGES = ("buildArgs", "target", "tags", "platforms")


def _derived(request: Request) -> dict[str, Any]:
    """Return what an image is built from; nothing for workers, which run from no image."""
    return {name: request.get(name) for name in _IN_IMAGES if request.target.images is not None}


@resource(
    "docker-build:index:Image",
    passes="",
    ignores=(
        "addHosts buildArgs buildOnPreview builder cacheFrom cacheTo context dockerfile exec "
        "exports ignoreSecretsInDiffCalculation labels load network noCache platforms pull push "
        "registries secrets ssh tags target"
    ),
    update=PUT,
    delete=lambda _request: None,
    derived=_derived,
)
def image(request: Request) -> ResourceState:
    """Derive an image's digest from what it would hold: the sources and the build arguments.

    Nothing is built: functions run from what the Docker engine has, or from the sources.
    """
    content = hashlib.sha256()
    arguments = {name: request.get(name) for name in ("buildArgs", "target", "platforms")}
    content.update(json.dumps(arguments, sort_keys=True).encode())
    for file in sorted((request.target.root / "handlers").rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            content.update(file.relative_to(request.target.root).as_posix().encode())
            content.update(file.read_bytes())
    digest = f"sha256:{content.hexdigest()}"
    tags = request.get("tags", [])
    return ResourceState(
        digest,
        {
            "digest": digest,
            "contextHash": content.hexdigest(),
            "ref": f"{tags[0]}@{digest}" if tags else digest,
        },
    )
