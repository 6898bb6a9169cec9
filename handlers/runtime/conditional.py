"""Conditional requests: a caller who has the latest answer to a GET gets 304 instead of it.

Tags are weak: API Gateway or a proxy may compress a body, which changes its bytes and not what it
says. https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
"""

import hashlib
from typing import Any

from handlers.runtime.caller import caller

_STORED = {
    # Only the caller's own cache stores an answer, and revalidates it before it uses it again.
    "Cache-Control": "private, no-cache",
    # Whatever decides about the answer and is not in its URL.
    "Vary": "Authorization, Origin, X-Api-Key",
}
_OF_CONTENT = ("Content-Type",)


def etag(event: dict[str, Any], content: str) -> str:
    """Return the tag of an answer, which differs between callers.

    Args:
        event: API Gateway's proxy event.
        content: the content that the tag stands for.
    """
    text = f"{caller(event)} {content}"
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def conditional(event: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to a GET with the headers of caching, or 304 if the caller has it.

    Answers to other methods, and errors, stay as they are. An answer may have a tag of its own:
    one that leaves out what may differ although nothing has changed, such as a signature.
    """
    if event.get("httpMethod") != "GET" or response["statusCode"] != 200:
        return response
    tag = response["headers"].get("ETag") or etag(event, response["body"])
    headers = {**response["headers"], **_STORED, "ETag": tag}
    if not _has(event, tag):
        return {**response, "headers": headers}
    for name in _OF_CONTENT:
        headers.pop(name, None)
    return {**response, "statusCode": 304, "headers": headers, "body": ""}


def _has(event: dict[str, Any], tag: str) -> bool:
    """Check that ``If-None-Match`` names a tag, weak or strong, or any (``*``).

    No tag contains a quotation mark, so ours is in the list only as a member of it.
    """
    fields = event.get("multiValueHeaders") or {
        name: [value] for name, value in (event.get("headers") or {}).items()
    }
    given = ",".join(
        value
        for name, values in fields.items()
        if name.lower() == "if-none-match"
        for value in values
    )
    return given.strip() == "*" or tag.removeprefix("W/") in given
