"""Requesting an upload, by REST or by GraphQL.

Refusals: ``invalid``, ``too_large``, ``not_found``, ``key_reused``.
"""

from dataclasses import dataclass

from handlers.domain.idempotency import InvalidKey, parse_idempotency_key
from handlers.domain.new_upload import (
    MAX_BODY_BYTES,
    FileTooLarge,
    InvalidRequest,
    parse_new_upload,
)
from handlers.domain.upload import Form
from handlers.domain.upload_store import KeyReused, Stored, UploadStore
from handlers.domain.user_store import UserStore
from handlers.runtime import aws
from handlers.runtime.caller import Caller, key_of
from handlers.runtime.presign import Presigner
from handlers.runtime.refused import Refused

_MEGABYTE = 1024 * 1024

TOO_LARGE = (
    f"Request body is too large: at most {MAX_BODY_BYTES} bytes are allowed. The file itself goes "
    "to S3, with the form that is returned"
)


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What a request for an upload works with.

    Attributes:
        users: finds the user.
        uploads: stores the upload.
        presigner: signs the form.
        bucket: the name of the bucket that the form uploads to.
        most_bytes: the largest size that is allowed.
    """

    users: UserStore
    uploads: UploadStore
    presigner: Presigner
    bucket: str
    most_bytes: int


@dataclass(frozen=True, kw_only=True)
class UploadSettings:
    """The environment variables of every function that requests uploads."""

    users_table: str
    uploads_table: str
    bucket: str
    bucket_url: str
    max_request_mb: int


def parts_of(settings: UploadSettings) -> Parts:
    """Return the stores, with one client, and what signs forms."""
    # Two or three calls in 20 s.
    client = aws.client("dynamodb", read_timeout=2, attempts=2)
    return Parts(
        users=UserStore(client, settings.users_table),
        uploads=UploadStore(client, settings.uploads_table),
        presigner=Presigner(settings.bucket_url, client.meta.region_name, aws.credentials()),
        bucket=settings.bucket,
        most_bytes=settings.max_request_mb * _MEGABYTE,
    )


def request(
    user_id: str, body: bytes, *, key: str | None, caller: Caller | None, parts: Parts
) -> tuple[Stored, Form]:
    """Store an upload, once, and sign its form.

    Args:
        user_id: whose upload it is.
        body: JSON, by the rules of ``parse_new_upload``.
        key: the ``Idempotency-Key``.
        caller: who asks.
        parts: see there.

    Raises:
        Refused: see the module's docstring.
    """
    if len(body) > MAX_BODY_BYTES:
        raise Refused(413, "too_large", TOO_LARGE)
    try:
        key = parse_idempotency_key(key)
        new = parse_new_upload(body, most_bytes=parts.most_bytes)
        if parts.users.get(user_id, caller) is None:
            raise Refused(404, "not_found", "User not found")
        stored = parts.uploads.create(
            user_id, new, idempotency_key=None if key is None else key_of(caller, key)
        )
        if parts.users.get(user_id, caller) is None:  # since then, somebody has them erased
            raise Refused(404, "not_found", "User not found")
    except FileTooLarge as error:
        raise Refused(413, "too_large", str(error)) from None
    except (InvalidRequest, InvalidKey) as error:
        raise Refused(400, "invalid", str(error)) from None
    except KeyReused:
        raise Refused(
            422,
            "key_reused",
            "This Idempotency-Key was used with another body or for another user; send a new key "
            "with a new request",
        ) from None
    upload = stored.upload
    fields = parts.presigner.form(
        parts.bucket,
        stored.key,
        content_type=upload.content_type,
        size=upload.size,
        expires=stored.deadline,
    )
    return stored, Form(parts.presigner.url, fields, upload.expires)
