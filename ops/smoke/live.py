"""The step of the smoke test that connects to live push."""

import json

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from ops.smoke.api import Api
from ops.smoke.errors import Failed

_SECONDS = 30


def listen(api: Api, user_id: str) -> None:
    """Connect with a ticket, and subscribe to an upload that does not exist.

    Raises:
        Failed: there is no ticket or no connection, or the answer is not that there is no upload.
    """
    answer = api("POST", "/tickets")
    if answer.status != 201:
        raise Failed(f"expected a ticket; got {answer.status} {answer.body}")
    message = {"action": "subscribe", "user": user_id, "upload": "nothing"}
    try:
        with connect(answer.body["url"], open_timeout=_SECONDS) as socket:
            socket.send(json.dumps(message))
            heard = json.loads(socket.recv(timeout=_SECONDS))
    except (OSError, WebSocketException) as error:  # a timeout is an OSError
        raise Failed(f"the WebSocket API does not answer: {type(error).__name__}") from None
    if heard != {"error": "Upload not found", "upload_id": "nothing"}:
        raise Failed(f"expected the error `Upload not found`; got {heard}")
