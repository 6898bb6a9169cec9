"""Requesting an upload: from the request to the response.

Outcomes: ``requested``, ``replayed`` (the first answer again), ``invalid``, ``too_large``,
``not_found``, ``key_reused``.
"""

from handlers.domain.idempotency import InvalidKey, parse_idempotency_key
from handlers.domain.upload import Form, UploadRequested
from handlers.domain.upload_store import KeyReused, UploadStore
from handlers.domain.user_store import UserStore
from handlers.request_upload.request import (
    MAX_BODY_BYTES,
    FileTooLarge,
    InvalidRequest,
    parse_new_upload,
)
from handlers.runtime import http
from handlers.runtime.caller import caller, own
from handlers.runtime.log import outcome
from handlers.runtime.presign import Presigner


def request_upload(
    event: http.Event,
    *,
    users: UserStore,
    uploads: UploadStore,
    presigner: Presigner,
    bucket: str,
    most_bytes: int,
) -> http.Response:
    """Answer a request for an upload.

    Args:
        event: API Gateway's proxy event. Its path parameter ``id`` is the user's.
        users: finds the user.
        uploads: stores the upload.
        presigner: signs the form.
        bucket: the name of the bucket that the form uploads to.
        most_bytes: the largest size that is allowed.
    """
    user_id = http.path_parameter(event, "id")
    try:
        body = http.body(event, limit=MAX_BODY_BYTES)
        key = parse_idempotency_key(http.header(event, "Idempotency-Key"))
        new = parse_new_upload(body, most_bytes=most_bytes)
        if users.get(user_id, caller(event)) is None:
            return http.refuse(404, "not_found", "User not found")
        stored = uploads.create(
            user_id, new, idempotency_key=None if key is None else own(event, key)
        )
        if users.get(user_id, caller(event)) is None:  # since then, somebody has them erased
            return http.refuse(404, "not_found", "User not found")
    except http.BodyTooLarge:
        return http.refuse(
            413,
            "too_large",
            f"Request body is too large: at most {MAX_BODY_BYTES} bytes are allowed. The file "
            "itself goes to S3, with the form that is returned",
        )
    except http.InvalidBody:
        return http.refuse(400, "invalid", "Invalid request body")
    except FileTooLarge as error:
        return http.refuse(413, "too_large", str(error))
    except (InvalidRequest, InvalidKey) as error:
        return http.refuse(400, "invalid", str(error))
    except KeyReused:
        return http.refuse(
            422,
            "key_reused",
            "This Idempotency-Key was used with another body or for another user; send a new key "
            "with a new request",
        )
    upload = stored.upload
    fields = presigner.form(
        bucket,
        stored.key,
        content_type=upload.content_type,
        size=upload.size,
        expires=stored.deadline,
    )
    outcome(
        "replayed" if stored.replayed else "requested",
        status=201,
        user_id=user_id,
        upload_id=upload.id,
    )
    return http.respond(
        201,
        UploadRequested(upload, Form(presigner.url, fields, upload.expires)),
        headers={"Idempotent-Replayed": "true"} if stored.replayed else None,
    )
