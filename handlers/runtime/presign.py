"""Presigned forms and links of one bucket: each allows one thing with one object, for a while.

They are signed here, with the function's own credentials and without a call of S3. They work no
longer than these credentials, which Lambda renews in time. No client of S3 is made, which would
double a cold start. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from botocore.auth import S3SigV4PostAuth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest

from handlers.runtime import clock


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

    def link(self, key: str, *, filename: str, seconds: int) -> str:
        """Return a link to an object (``s3:GetObject`` on the key), to be saved as a file.

        A browser does not show what was uploaded as a page of its own.

        Args:
            key: the object's key.
            filename: ASCII without quotes and backslashes.
            seconds: how long the link works.
        """
        query = urlencode({"response-content-disposition": f'attachment; filename="{filename}"'})
        request = AWSRequest(method="GET", url=f"{self.url}/{quote(key)}?{query}")
        credentials = self.credentials.get_frozen_credentials()
        S3SigV4QueryAuth(credentials, "s3", self.region, expires=seconds).add_auth(request)
        return str(request.url)
