"""Reads the fields of a form that uploads a file to S3, and finds the signatures of such forms.

https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
"""

import re
from typing import Any

_TYPE = "multipart/form-data"
_BOUNDARY = re.compile(r"boundary=\"?([^\";,\s]{1,70})")
_NAME = re.compile(rb'[;\s]name="([^"]*)"')
_FILE_NAME = re.compile(rb'[;\s]filename="([^"]*)"')
_SIGNATURE = re.compile(rb"x-amz-signature\W{1,8}([0-9a-f]{64})", re.IGNORECASE)
_SECRET = ("policy", "x-amz-signature", "x-amz-security-token", "x-amz-credential")
FILE = "file"


def is_form(content_type: str) -> bool:
    """Return True for the content type of a form with a file."""
    return content_type.lower().startswith(_TYPE)


def fields(body: bytes, content_type: str) -> dict[str, str]:
    """Return a form's fields by their names, in lower case; of the file, the name that it had.

    The body may be cut: the file is the last field that S3 reads.
    """
    boundary = _BOUNDARY.search(content_type)
    found: dict[str, str] = {}
    if not is_form(content_type) or boundary is None:
        return found
    for part in body.split(b"--" + boundary[1].encode())[1:]:
        head, _, content = part.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if name is None:
            continue
        key = name[1].decode(errors="replace").lower()
        if key == FILE:
            file = _FILE_NAME.search(head)
            found[FILE] = file[1].decode(errors="replace") if file else ""
            break
        found[key] = content.removesuffix(b"\r\n").decode(errors="replace")
    if "key" in found:
        found["key"] = found["key"].replace("${filename}", found.get(FILE, ""))
    return found


def shown(form: dict[str, str], size: int) -> dict[str, Any]:
    """Return a form as the history keeps it: without the fields that would let others reuse it."""
    kept = {name: text for name, text in form.items() if name not in _SECRET}
    return {**kept, "size": size}


def signatures(text: bytes) -> list[str]:
    """Return the signatures of the URLs and forms in a text, such as the API's answer."""
    return [found.decode() for found in _SIGNATURE.findall(text)]
