"""Permissions for the smoke test of a deployed stack.

`make smoke` reads the records that it made by their keys, and deletes them. It cannot search for
other records, which would require Query or Scan.
"""

from bootstrap.permissions.model import OURS, Permission, arn, may

SMOKE: tuple[Permission, ...] = (
    may(
        "dynamodb",
        "DeleteItem GetItem",
        *(arn("dynamodb", f"table/{{name}}-{table}-*") for table in ("ledger", "users")),
    ),
    may("dynamodb", "DeleteItem", arn("dynamodb", "table/{name}-user-uploads-*")),
    # Versions stay, as of any deleted file.
    may(
        "s3",
        "DeleteObject",
        *(
            arn("s3", f"{{name}}-storage-*/{prefix}/users/*", region="", account="")
            for prefix in ("uploads", "processed")
        ),
    ),
    # DynamoDB decrypts the table's key on behalf of the caller.
    # https://docs.aws.amazon.com/kms/latest/developerguide/services-dynamodb.html
    may(
        "kms",
        "Decrypt",
        arn("kms", "key/*"),
        when=(*OURS, ("StringEquals", "kms:ViaService", "dynamodb.{region}.{suffix}")),
    ),
)
