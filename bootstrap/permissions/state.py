"""Where Pulumi keeps the state of stacks, and what reading and writing one takes.

The places are those of Pulumi's own backend: a stack's checkpoint with its backup and tags, its
history, its older checkpoints, its locks, and one file about the whole.
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

# The bucket is encrypted by the key, which S3 uses on its own behalf and not on the object's.
_BY_S3 = ("StringEquals", "kms:EncryptionContext:aws:s3:arn", "{bucket}")
# A stack's secrets are encrypted in its name (`?context_stack=…`): who may read another stack's
# secrets from the repository cannot decrypt them.
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
