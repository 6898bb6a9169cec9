"""The container image of one function: its repository, and the build that pushes to it."""

from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws
import pulumi_docker_build as docker_build

from images import context, package_index
from infra.config.emulator import emulator_url
from infra.json_text import json_output
from infra.storage.key import Key

_PLATFORMS = {
    "arm64": docker_build.Platform.LINUX_ARM64,
    "x86_64": docker_build.Platform.LINUX_AMD64,
}


@dataclass(frozen=True, kw_only=True)
class ImageArgs:
    """How an image is built, and how long it is kept.

    Attributes:
        function: its folder under ``handlers/``.
        architecture: the function's.
        keep: images that do not expire.
        base: the base image, with its tag or digest.
        source: URL of the repository, for a label; may be empty.
        retain: whether the images outlive the stack.
        key: what they are encrypted with; ECR's if None. Another one replaces the repository.
    """

    function: str
    architecture: Literal["arm64", "x86_64"]
    keep: int
    base: str
    source: str
    retain: bool
    key: Key | None = None


class FunctionImage(pulumi.ComponentResource):
    """An ECR repository, and the image built from the function's sources.

    Images have digests and no tags. ECR refuses to move an immutable tag, and the same sources make
    another image once the tag of their base has moved: so no tag could name them.

    Attribute ``uri``: ``<repository>@sha256:…``, which always names the same image.
    """

    def __init__(
        self, name: str, args: ImageArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:infra:FunctionImage", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.repository = aws.ecr.Repository(
            name,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration={"scan_on_push": True},
            encryption_configurations=[
                {"encryption_type": "KMS", "kms_key": args.key.arn}
                if args.key
                else {"encryption_type": "AES256"}
            ],
            force_delete=not args.retain,
            # ECR refuses to delete a repository that contains images. If those are retained, a
            # function can still be removed from the program.
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=args.retain),
        )
        self.lifecycle = aws.ecr.LifecyclePolicy(
            f"{name}-lifecycle",
            repository=self.repository.name,
            policy=json_output(_lifecycle(args.keep)),
            opts=child,
        )
        emulator = emulator_url()
        # An emulator's ECR has the emulator's address.
        self._address = (
            pulumi.Output.concat(emulator.removeprefix("http://"), "/", self.repository.name)
            if emulator
            else self.repository.repository_url
        )
        self.image = self._build(name, args)
        self.uri: pulumi.Output[str] = pulumi.Output.concat(self._address, "@", self.image.digest)
        self.register_outputs({"uri": self.uri})

    def _build(self, name: str, args: ImageArgs) -> docker_build.Image:
        token = aws.ecr.get_authorization_token_output(
            registry_id=self.repository.registry_id, opts=pulumi.InvokeOutputOptions(parent=self)
        )
        staged = context.stage(args.function)
        folder = staged.folder.relative_to(context.ROOT)
        return docker_build.Image(
            f"{name}-build",
            context={"location": folder.as_posix()},
            dockerfile={"location": (folder / "Dockerfile").as_posix()},
            build_args={
                "BASE_IMAGE": args.base,
                "FUNCTION": args.function,
                "REVISION": staged.fingerprint,
                "SOURCE": args.source,
                "SOURCE_DATE_EPOCH": "0",  # the same sources give the same digest
            },
            secrets={package_index.NAME: _package_index()},  # Pulumi marks them as secrets
            # How this machine reaches the package index makes no other image.
            ignore_secrets_in_diff_calculation=[package_index.NAME],
            # Lambda accepts no image index: exactly one platform.
            platforms=[_PLATFORMS[args.architecture]],
            push=False,  # would push a tag
            exports=[{"image": {"names": [self._address], "push": True, "push_by_digest": True}}],
            build_on_preview=False,
            registries=[
                {
                    "address": self._address,
                    "username": token.user_name,
                    "password": pulumi.Output.secret(token.password),
                }
            ],
            # Deleting or replacing this resource would delete a digest that an older version of
            # the function may still run from; the lifecycle policy cleans up instead.
            opts=pulumi.ResourceOptions(
                parent=self, retain_on_delete=True, depends_on=[self.lifecycle]
            ),
        )


def _package_index() -> str:
    try:
        return package_index.settings()
    except package_index.PackageIndexError as error:
        raise pulumi.RunError(str(error)) from None


def _lifecycle(keep: int) -> dict[str, object]:
    """Return a policy that expires images by count: by age, it could expire one that still runs."""
    return {
        "rules": [
            {
                "rulePriority": 1,
                "description": f"keep the last {keep} images",
                "selection": {
                    "tagStatus": "any",
                    "countType": "imageCountMoreThan",
                    "countNumber": keep,
                },
                "action": {"type": "expire"},
            }
        ]
    }
