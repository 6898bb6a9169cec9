"""What a caller does to upload a file: as `curl` does, with the answers of the API alone."""

import http.client
import urllib.request
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.support.e2e.system import Api, until


@dataclass
class Caller:
    """A caller with a user of their own, made when first needed."""

    api: Api
    user: str = ""

    def path(self, *more: str) -> str:
        if not self.user:
            self.user = self.api.new_user()["id"]
        return "/".join([f"/users/{self.user}/uploads", *more])

    def requests(self, filename: str, size: int, content_type: str, **headers: str) -> Any:
        body = {"filename": filename, "content_type": content_type, "size": size}
        answer = self.api("POST", self.path(), body, headers)
        assert answer.status == 201, answer
        return answer.body

    def uploads(self, filename: str, content: bytes, content_type: str) -> str:
        """Upload a file, and return the upload's id."""
        requested = self.requests(filename, len(content), content_type)
        answer = send(requested["form"], content)
        assert answer == (204, ""), answer
        upload_id: str = requested["upload"]["id"]
        return upload_id

    def asks(self, upload_id: str) -> dict[str, Any]:
        answer = self.api("GET", self.path(upload_id))
        assert answer.status == 200, answer
        found: dict[str, Any] = answer.body
        return found

    def settled(self, upload_id: str) -> dict[str, Any]:
        """Wait until an upload is neither waiting nor in work, and return it."""

        def look() -> dict[str, Any] | None:
            found = self.asks(upload_id)
            return None if found["state"] in ("waiting", "processing") else found

        found = until(look, seconds=60)
        assert found
        return found

    def download(self, output: dict[str, str]) -> bytes:
        with urllib.request.urlopen(output["url"], timeout=30) as answer:
            content: bytes = answer.read()
        return content


def send(
    form: dict[str, Any], content: bytes, *, origin: str | None = None, **changed: str
) -> tuple[int, str]:
    """Send a form with a file; return the status, and the code of S3's error or nothing.

    ``changed``: fields to send with another value.
    """
    boundary = uuid.uuid4().hex
    fields = {**form["fields"], **{name.replace("_", "-"): v for name, v in changed.items()}}
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    file = 'Content-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
    head = f"{''.join(parts)}--{boundary}\r\n{file}"
    url = urlsplit(form["url"])
    connection = http.client.HTTPConnection(url.netloc, timeout=30)
    try:
        connection.request(
            "POST",
            url.path,
            head.encode() + content + f"\r\n--{boundary}--\r\n".encode(),
            {
                "Content-Type": f"multipart/form-data; boundary={boundary}",
                **({"Origin": origin} if origin else {}),
            },
        )
        answer = connection.getresponse()
        text = answer.read().decode()
        return answer.status, text.partition("<Code>")[2].partition("</Code>")[0]
    finally:
        connection.close()
