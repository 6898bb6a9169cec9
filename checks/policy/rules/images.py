"""Rows 1 to 6: container images."""

import re

from .model import FUNCTION, Resource, Stack
from .policies import is_public, statements
from .rule import Problems, is_number, must, rule

REPOSITORY = "ecr/repository:Repository"
# A registry may have a port; a repository has no tag beside its digest.
_BY_DIGEST = re.compile(r"([^@:/]+(:[0-9]+)?/)?[^@:]+@sha256:[0-9a-f]{64}")


@rule(1, "ECR.2, CK51", REPOSITORY, per_resource=True)
def immutable_tags(repository: Resource, _: Stack) -> Problems:
    """Image tags are immutable."""
    yield from must(
        repository,
        ["imageTagMutability"],
        lambda mutability: mutability == "IMMUTABLE",
        "it must be IMMUTABLE",
    )


@rule(2, "ECR.1, CK163", REPOSITORY, per_resource=True)
def scanned(repository: Resource, _: Stack) -> Problems:
    """Images are scanned on push."""
    yield from must(
        repository,
        ["imageScanningConfiguration", "scanOnPush"],
        lambda on: on is True,
        "it must be true",
    )


@rule(3, "CK136", REPOSITORY, per_resource=True, production=True)
def encrypted_images(repository: Resource, _: Stack) -> Problems:
    """Images are encrypted with KMS."""
    yield from must(
        repository,
        ["encryptionConfigurations", 0, "encryptionType"],
        {"KMS", "KMS_DSSE"}.__contains__,
        "it must be KMS, so that the key controls who can read images",
    )


@rule(4, "ECR.3", REPOSITORY)
def old_images_expire(repository: Resource, stack: Stack) -> Problems:
    """Old images expire by count, so that no deployed image expires."""
    policies = stack.referring("ecr/lifecyclePolicy:LifecyclePolicy", "repository", repository)
    if not policies:
        yield "no LifecyclePolicy refers to it; give it one that expires images by count"
    for policy in policies:
        for expiry in policy.document("policy").get("rules", []):
            selection = expiry.get("selection", {})
            by_count = selection.get("countType") == "imageCountMoreThan"
            if not by_count or not is_number(selection.get("countNumber"), 5):
                yield (
                    f"its LifecyclePolicy {policy.name} expires {selection!r}, which could be a "
                    "deployed image; countType must be imageCountMoreThan, countNumber at least 5"
                )


@rule(5, "CK32, Nag-ECR1", REPOSITORY, "ecrpublic/repository:Repository")
def no_public_images(repository: Resource, stack: Stack) -> Problems:
    """No repository is public."""
    if repository.type.startswith("aws:ecrpublic/"):
        yield "everybody can pull from it; use ecr.Repository"
    for policy in stack.referring(
        "ecr/repositoryPolicy:RepositoryPolicy", "repository", repository
    ):
        for statement in statements(policy, "policy"):
            if is_public(statement):
                yield (
                    f"its RepositoryPolicy {policy.name} allows {statement.get('Action')!r} to "
                    "everybody; name the accounts, or set a condition"
                )


@rule(6, "own", FUNCTION, REPOSITORY, per_resource=True)
def deployed_by_digest(resource: Resource, stack: Stack) -> Problems:
    """Functions run images named by digest; production does not force the deletion of images."""
    if resource.type == f"aws:{FUNCTION}":
        if resource.get("packageType") == "Image":
            yield from must(
                resource,
                ["imageUri"],
                lambda uri: _BY_DIGEST.fullmatch(uri or ""),
                "it must be <repository>@sha256:<digest>: Lambda ignores a moved tag",
            )
    elif stack.production:
        yield from must(
            resource,
            ["forceDelete"],
            lambda on: not on,
            "in production it must be false, or running images could be deleted",
        )
