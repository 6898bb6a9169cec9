"""Encryption keys and their aliases."""

from local.resources.names import present
from local.resources.registry import resource
from local.resources.request import Request, ResourceState


def _update_key(request: Request) -> ResourceState:
    """Set a key's description, policy and rotation."""
    kms, key = request.client("kms"), request.id
    kms.update_key_description(KeyId=key, Description=request.get("description", ""))
    if request.get("policy"):
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=request.require("policy"))
    set_rotation = (
        kms.enable_key_rotation if request.get("enableKeyRotation") else kms.disable_key_rotation
    )
    set_rotation(KeyId=key)
    return request.unchanged()


def _update_alias(request: Request) -> ResourceState:
    request.client("kms").update_alias(
        AliasName=request.id, TargetKeyId=request.require("targetKeyId")
    )
    return request.unchanged()


@resource(
    "aws:kms/key:Key",
    passes="description policy keyUsage customerMasterKeySpec enableKeyRotation multiRegion",
    ignores="deletionWindowInDays bypassPolicyLockoutSafetyCheck rotationPeriodInDays isEnabled",
    update=_update_key,
    fixed="keyUsage customerMasterKeySpec multiRegion",
    holds="the key that its data are encrypted with",
    delete=lambda request: request.client("kms").schedule_key_deletion(
        KeyId=request.id, PendingWindowInDays=7
    ),
)
def key(request: Request) -> ResourceState:
    """Make a key."""
    kms = request.client("kms")
    metadata = kms.create_key(
        **present(
            Description=request.get("description"),
            Policy=request.get("policy"),
            KeyUsage=request.get("keyUsage"),
            KeySpec=request.get("customerMasterKeySpec"),
            MultiRegion=request.get("multiRegion"),
        )
    )["KeyMetadata"]
    if request.get("enableKeyRotation"):
        kms.enable_key_rotation(KeyId=metadata["KeyId"])
    return ResourceState(metadata["KeyId"], {"keyId": metadata["KeyId"], "arn": metadata["Arn"]})


@resource(
    "aws:kms/alias:Alias",
    passes="name targetKeyId",
    update=_update_alias,
    fixed="name",
    delete=lambda request: request.client("kms").delete_alias(AliasName=request.id),
)
def alias(request: Request) -> ResourceState:
    """Make an alias of a key."""
    name = request.get("name") or f"alias/{request.auto_name(250)}"
    request.client("kms").create_alias(AliasName=name, TargetKeyId=request.require("targetKeyId"))
    return ResourceState(name, {"name": name, "arn": request.target.arn("kms", name)})
