"""Presigned forms and links of one bucket: each allows one thing with one object, for a while.

They are signed here, with the function's own credentials and without a call to S3. They work no
longer than these credentials, which Lambda renews in time. No client of S3 is made, which would
double a cold start. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from botocore.auth import S3SigV4PostAuth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest

from handlers.runtime import clock

LINK_SECONDS = 900
"""How long a link works after its signing time."""

WINDOW_SECONDS = 300
"""How long links stay the same: signing times are multiples of it.

A link is valid for ten minutes at least. It does not outlive the credentials that sign it: botocore
renews those that it fetches (SnapStart) 15 minutes before they expire, and Lambda replaces an
environment whose credentials are in its variables in time.
"""


@dataclass(frozen=True)
class Link:
    """A link to an object; ``expires`` in epoch seconds."""

    url: str
    expires: int


class _LinkAuth(S3SigV4QueryAuth):
    """Signs as of a given time, instead of now."""

    def __init__(self, credentials: Any, region: str, signed: int) -> None:
        super().__init__(credentials, "s3", region, expires=LINK_SECONDS)
        self._signed = signed

    def _modify_request_before_signing(self, request: AWSRequest) -> None:
        moment = clock.timestamp(self._signed)
        request.context["timestamp"] = moment.replace("-", "").replace(":", "")
        super()._modify_request_before_signing(request)  # type: ignore[misc]


@dataclass(frozen=True)
class Presigner:
    """Signs for one bucket.

    Attributes:
        url: the bucket's URL, as callers reach it, without a trailing slash.
        region: the bucket's.
        credentials: botocore's; they may be refreshable.
    """

    url: str
    region: str
    credentials: Any

    def form(
        self, bucket: str, key: str, *, content_type: str, size: int, expires: int
    ) -> dict[str, str]:
        """Return the fields of a form that uploads one file (``s3:PutObject`` on the key).

        S3 refuses another key, another type, another size, and any further field.

        Args:
            bucket: the bucket's name.
            key: the object's key.
            content_type: the object's, and the form's field ``Content-Type``.
            size: of the file, in bytes.
            expires: when the form stops working, in epoch seconds.
        """
        fields = {"key": key, "Content-Type": content_type}
        request = AWSRequest(method="POST", url=self.url)
        request.context["s3-presign-post-fields"] = fields
        request.context["s3-presign-post-policy"] = {
            "expiration": clock.timestamp(expires),
            "conditions": [
                {"bucket": bucket},
                *({name: value} for name, value in fields.items()),
                ["content-length-range", size, size],
            ],
        }
        credentials = self.credentials.get_frozen_credentials()
        S3SigV4PostAuth(credentials, "s3", self.region).add_auth(request)
        return fields

    def link(self, key: str, *, filename: str, now: float) -> Link:
        """Return a link to an object (``s3:GetObject`` on the key), to be saved as a file.

        A browser does not show what was uploaded as a page of its own. The same credentials give
        the same link within a window of time.

        Args:
            key: the object's key.
            filename: ASCII without quotes and backslashes.
            now: the time in epoch seconds.
        """
        signed = int(now) // WINDOW_SECONDS * WINDOW_SECONDS
        query = urlencode({"response-content-disposition": f'attachment; filename="{filename}"'})
        request = AWSRequest(method="GET", url=f"{self.url}/{quote(key)}?{query}")
        credentials = self.credentials.get_frozen_credentials()
        _LinkAuth(credentials, self.region, signed).add_auth(request)
        return Link(str(request.url), signed + LINK_SECONDS)
