"""Reads the AWS call of an HTTP request from its path and headers, as the services do."""

import re
from dataclasses import dataclass
from email.message import Message
from urllib.parse import urlsplit

_CREDENTIAL = re.compile(r"Credential=[^/]+/\d{8}/[^/]+/([^/]+)/aws4_request")
_API = re.compile(r"/_aws/execute-api/[^/]+/[^/]+(/[^/]+)")
_SENDGRID = "/_sendgrid/v3/mail/send"
_SES = {("POST", "/v2/email/outbound-emails"): "SendEmail"}


@dataclass(frozen=True, order=True)
class Call:
    """One operation of one service, such as ``dynamodb`` and ``PutItem``."""

    service: str
    operation: str

    def __str__(self) -> str:
        return f"{self.service}.{self.operation}"


def call(method: str, target: str, headers: Message) -> Call:
    """Return the AWS call of a request.

    The service is the one that the request is signed for (``s3``, ``sqs``, ``dynamodb``, ``ses``);
    a request to the REST API belongs to no service, and gets the name ``api``; SendGrid gets the
    name ``sendgrid``.

    Args:
        method: ``GET`` and the like.
        target: the path with its query.
        headers: as ``http.server`` reads them.
    """
    path = urlsplit(target).path
    if match := _API.match(path):
        return Call("api", f"{method} {match[1]}")
    if path == _SENDGRID:
        return Call("sendgrid", "mail/send")
    signed = _CREDENTIAL.search(headers.get("Authorization") or "")
    service = signed[1] if signed else "unsigned"
    if name := headers.get("X-Amz-Target"):
        return Call(service, name.rpartition(".")[2])
    if service == "s3":
        return Call(service, _s3(method, target, headers))
    return Call(service, _SES.get((method, path), f"{method} {path}"))


def _s3(method: str, target: str, headers: Message) -> str:
    """Return the S3 operation of a path-style request."""
    url = urlsplit(target)
    if "/" not in url.path.strip("/"):
        return {"GET": "ListObjectsV2", "HEAD": "HeadBucket"}.get(method, f"{method} bucket")
    copies = headers.get("X-Amz-Copy-Source") is not None
    if "uploadId=" in url.query:
        return {
            "PUT": "UploadPartCopy" if copies else "UploadPart",
            "POST": "CompleteMultipartUpload",
            "DELETE": "AbortMultipartUpload",
        }.get(method, "ListParts")
    if method == "POST":
        return "CreateMultipartUpload"
    if method == "PUT":
        return "CopyObject" if copies else "PutObject"
    return f"{method.title()}Object"
