"""Permissions to read and write the state of stacks.

The paths are those of Pulumi's own backend: a stack's checkpoint with its backup and tags, its
history, its older checkpoints, its locks, and one file for all.
https://www.pulumi.com/docs/iac/concepts/state-and-backends/#using-a-self-managed-backend
"""

from bootstrap.permissions.model import Permission, may

_BUCKET = "{bucket}"
_STACK = "{bucket}/.pulumi/stacks/{project}/{stack}"
_META = "{bucket}/.pulumi/meta.yaml"
_FILES = (f"{_STACK}.json*", f"{_STACK}.pulumi-tags")
_FOLDERS = tuple(
    f"{{bucket}}/.pulumi/{kind}/{{project}}/{{stack}}/*"
    for kind in ("history", "backups", "locks/organization")
)

# With a bucket key, the context is the bucket's ARN and not the object's.
_BY_S3 = ("StringEquals", "kms:EncryptionContext:aws:s3:arn", "{bucket}")
# A stack's secrets are encrypted with its name as context (`?context_stack=…`), so that a role
# cannot decrypt the secrets of another stack, which are in the repository.
_IN_ITS_NAME = ("StringLike", "kms:EncryptionContext:stack", "{stack}")

READ: tuple[Permission, ...] = (
    may("s3", "ListBucket", _BUCKET),
    may("s3", "GetObject", _META, *_FILES, *_FOLDERS),
    may("kms", "Decrypt", "{key}", when=(_BY_S3,)),
    may("kms", "Decrypt", "{key}", when=(_IN_ITS_NAME,)),
)
WRITE: tuple[Permission, ...] = (
    *READ,
    may("s3", "DeleteObject PutObject", *_FILES, *_FOLDERS),
    may("kms", "GenerateDataKey", "{key}", when=(_BY_S3,)),
    may("kms", "Encrypt", "{key}", when=(_IN_ITS_NAME,)),
)
