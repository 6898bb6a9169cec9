"""Requesting an upload: from the request to the response.

Outcomes: ``requested``, ``replayed`` (the first answer again), ``invalid``, ``too_large``,
``not_found``, ``key_reused``.
"""

from handlers.domain.new_upload import MAX_BODY_BYTES
from handlers.domain.upload import UploadRequested
from handlers.domain.upload_creation import TOO_LARGE, Parts, request
from handlers.runtime import http
from handlers.runtime.caller import caller
from handlers.runtime.log import outcome
from handlers.runtime.refused import Refused


def request_upload(event: http.Event, parts: Parts) -> http.Response:
    """Answer a request for an upload.

    Args:
        event: API Gateway's proxy event. Its path parameter ``id`` is the user's.
        parts: see there.
    """
    try:
        stored, form = request(
            http.path_parameter(event, "id"),
            http.body(event, limit=MAX_BODY_BYTES),
            key=http.header(event, "Idempotency-Key"),
            caller=caller(event),
            parts=parts,
        )
    except http.BodyTooLarge:
        return http.refuse(413, "too_large", TOO_LARGE)
    except http.InvalidBody:
        return http.refuse(400, "invalid", "Invalid request body")
    except Refused as refused:
        return http.refuse(refused.status, refused.outcome, str(refused))
    outcome(
        "replayed" if stored.replayed else "requested",
        status=201,
        user_id=stored.upload.user,
        upload_id=stored.upload.id,
    )
    return http.respond(
        201,
        UploadRequested(stored.upload, form),
        headers={"Idempotent-Replayed": "true"} if stored.replayed else None,
    )
