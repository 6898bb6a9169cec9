"""Reading an upload: from the request to the response.

Outcomes: ``found``, ``not_found``.
"""

import time
from collections.abc import Callable

import msgspec

from handlers.domain.upload import FoundUpload, Output
from handlers.domain.upload_outputs import outputs
from handlers.domain.upload_store import UploadStore
from handlers.domain.user_store import UserStore
from handlers.runtime import http
from handlers.runtime.caller import caller
from handlers.runtime.conditional import etag
from handlers.runtime.log import outcome
from handlers.runtime.presign import Presigner


def get_upload(
    event: http.Event,
    *,
    users: UserStore,
    uploads: UploadStore,
    presigner: Presigner,
    now: Callable[[], float] = time.time,
) -> http.Response:
    """Answer a request for an upload.

    Args:
        event: API Gateway's proxy event, with the path parameters ``id`` and ``upload``.
        users: finds the user.
        uploads: finds the upload.
        presigner: signs links to the outputs.
        now: returns the time in epoch seconds.
    """
    user_id = http.path_parameter(event, "id")
    if users.get(user_id, caller(event)) is None:
        return http.refuse(404, "not_found", "User not found")
    stored = uploads.get(user_id, http.path_parameter(event, "upload"))
    if stored is None:
        return http.refuse(404, "not_found", "Upload not found")
    outcome("found", status=200, user_id=user_id, upload_id=stored.upload.id)
    found = FoundUpload(
        **msgspec.structs.asdict(stored.upload),
        outputs=outputs(stored.key, stored.outputs, presigner, now()),
    )
    return http.respond(200, found, headers={"ETag": etag(event, _unsigned(found))})


def _unsigned(found: FoundUpload) -> str:
    """Return the content of an answer without the signatures.

    They differ between execution environments, but links of one window expire together.
    """
    bare = [Output(each.name, "", each.expires) for each in found.outputs]
    return msgspec.json.encode(msgspec.structs.replace(found, outputs=bare)).decode()
