"""The upload of a file: from its request to what was made of it."""

import time
from typing import Any

from ops.smoke.answers import came, expect
from ops.smoke.api import Api, download, send_form
from ops.smoke.errors import Failed
from ops.smoke.routes import has
from ops.smoke.tables import Records

_TEXT = "A smoke test uploaded this file, and deletes it.\n"
_PAUSE_SECONDS = 0.5


def go(api: Api, records: Records, user_id: str, *, seconds: float) -> None:
    """Upload a text for a user, download its output, and delete what was created.

    Args:
        api: the API, with credentials.
        records: the tables and the bucket behind it.
        user_id: whose upload it is.
        seconds: how long processing may take.

    Raises:
        Failed: a file is not processed as it should be.
        SmokeError: AWS does not delete what was created.
    """
    path, content = f"/users/{user_id}/uploads", _TEXT.encode()
    if has("GET", "/users/{id}/uploads"):
        expect(api("GET", path), 200, {"uploads": []})
    body = {"filename": "smoke.txt", "content_type": "text/plain", "size": len(content)}
    requested = expect(api("POST", path, body), 201)
    match requested.body:
        case {"upload": {"id": str(upload_id)}, "form": {"fields": {"key": str(key)}}}:
            form: dict[str, Any] = requested.body["form"]
        case _:
            raise Failed(f"expected an upload and a form; {came(requested)}")
    version = ""
    try:
        sent = expect(send_form(form, content), 204)
        version = sent.headers.get("x-amz-version-id", "")
        [link] = _links(api, f"{path}/{upload_id}", seconds)
        expect(download(link), 200, _TEXT)
    finally:
        records.delete_upload(user_id=user_id, upload_id=upload_id, key=key, version=version)


def _links(api: Api, path: str, seconds: float) -> list[str]:
    """Return the links to the outputs, once there are some."""
    deadline = time.monotonic() + seconds
    while True:
        answer = expect(api("GET", path), 200)
        match answer.body:
            case {"state": "done", "outputs": [{"name": "text.txt", "url": str(link)}]}:
                return [link]
            case {"state": "waiting" | "processing"} if time.monotonic() < deadline:
                time.sleep(_PAUSE_SECONDS)
            case _:
                raise Failed(f"expected the text of the file within {seconds:g} s; {came(answer)}")
