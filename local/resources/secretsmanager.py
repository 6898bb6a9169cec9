"""Secrets. An empty secret of the program gets a random value, in place of a person's."""

import secrets

from local.resources.names import present
from local.resources.registry import resource
from local.resources.request import Request, ResourceState


def _update(request: Request) -> ResourceState:
    """Set a secret's description and key; its value stays."""
    request.client("secretsmanager").update_secret(
        SecretId=request.id,
        Description=request.get("description", ""),
        **present(KmsKeyId=request.get("kmsKeyId")),
    )
    return request.unchanged()


@resource(
    "aws:secretsmanager/secret:Secret",
    passes="name description kmsKeyId",
    ignores="recoveryWindowInDays forceOverwriteReplicaSecret",
    update=_update,
    fixed="name",
    delete=lambda request: request.client("secretsmanager").delete_secret(
        SecretId=request.id, ForceDeleteWithoutRecovery=True
    ),
)
def secret(request: Request) -> ResourceState:
    """Make a secret."""
    name = request.physical_name(512)
    response = request.client("secretsmanager").create_secret(
        Name=name,
        SecretString=f"SG.{secrets.token_urlsafe(32)}",
        **present(Description=request.get("description"), KmsKeyId=request.get("kmsKeyId")),
    )
    return ResourceState(response["ARN"], {"arn": response["ARN"], "name": name})
