"""Encryption keys and their aliases."""

from local.resources.names import present
from local.resources.registry import Made, Request, resource


@resource(
    "aws:kms/key:Key",
    passes="description policy keyUsage customerMasterKeySpec enableKeyRotation multiRegion",
    ignores="deletionWindowInDays bypassPolicyLockoutSafetyCheck rotationPeriodInDays isEnabled",
)
def key(request: Request) -> Made:
    """Make a key."""
    kms = request.client("kms")
    made = kms.create_key(
        **present(
            Description=request.get("description"),
            Policy=request.get("policy"),
            KeyUsage=request.get("keyUsage"),
            KeySpec=request.get("customerMasterKeySpec"),
            MultiRegion=request.get("multiRegion"),
        )
    )["KeyMetadata"]
    if request.get("enableKeyRotation"):
        kms.enable_key_rotation(KeyId=made["KeyId"])
    return Made(made["KeyId"], {"keyId": made["KeyId"], "arn": made["Arn"]})


@resource("aws:kms/alias:Alias", passes="name targetKeyId")
def alias(request: Request) -> Made:
    """Make an alias of a key."""
    name = request.get("name") or f"alias/{request.auto_name(250)}"
    request.client("kms").create_alias(AliasName=name, TargetKeyId=request.require("targetKeyId"))
    return Made(name, {"name": name, "arn": request.target.arn("kms", name)})
