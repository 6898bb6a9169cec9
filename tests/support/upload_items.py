"""Items of uploads, as other functions write them."""

from typing import Any

from tests.support.fakes import NOW, USER

UPLOAD_ID = "upload_01KAQ2Z4T5V6W7X8Y9ZABCDEFG"
KEY = f"uploads/users/{USER.id}/{UPLOAD_ID}.txt"


def item(
    *,
    state: str,
    upload_id: str = UPLOAD_ID,
    outputs: list[str] | None = None,
    reason: str | None = None,
    lease: float = 0,
) -> dict[str, Any]:
    """Return an item; its form was made now, as the tests' clock says."""
    made: dict[str, Any] = {
        "user": {"S": USER.id},
        "id": {"S": upload_id},
        "key": {"S": KEY.replace(UPLOAD_ID, upload_id)},
        "filename": {"S": "notes.txt"},
        "content_type": {"S": "text/plain"},
        "size": {"N": "9"},
        "created": {"N": str(int(NOW))},
        "deadline": {"N": str(int(NOW) + 900)},
        "state": {"S": state},
        "lease": {"N": str(int(lease))},
    }
    if outputs is not None:
        made["outputs"] = {"L": [{"S": name} for name in outputs]}
    if reason is not None:
        made["reason"] = {"S": reason}
    return made
