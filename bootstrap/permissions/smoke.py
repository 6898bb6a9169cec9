"""What trying a deployed stack takes beyond deploying it.

`make smoke` finds the records that it has made, by their keys, and deletes them. To look for those
of others it would need Query or Scan.
"""

from bootstrap.permissions.model import OURS, Permission, arn, may

SMOKE: tuple[Permission, ...] = (
    may(
        "dynamodb",
        "DeleteItem GetItem",
        *(arn("dynamodb", f"table/{{name}}-{table}-*") for table in ("ledger", "users")),
    ),
    # DynamoDB decrypts a table's key on behalf of whoever asks.
    # https://docs.aws.amazon.com/kms/latest/developerguide/services-dynamodb.html
    may(
        "kms",
        "Decrypt",
        arn("kms", "key/*"),
        when=(*OURS, ("StringEquals", "kms:ViaService", "dynamodb.{region}.amazonaws.com")),
    ),
)
