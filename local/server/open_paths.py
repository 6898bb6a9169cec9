"""Decides which requests need no AWS signature: those that AWS, too, answers without one.

Each has a check of its own: the API its tokens and keys, the sign-in pages their passwords, a form
for S3 its signed policy. The emulator would treat any other unsigned request as the root account's.
"""

import re
from typing import Any

from ministack import app as emulator  # type: ignore[import-untyped]
from ministack.core.iam_actions import unsigned_operations  # type: ignore[import-untyped]
from ministack.core.router import detect_service  # type: ignore[import-untyped]

Scope = dict[str, Any]

API = re.compile(r"/_aws/execute-api/[^/]+/.*", re.DOTALL)
HEALTH = ("GET", "/_ministack/health")
_SIGN_IN = {
    ("GET", "/oauth2/authorize"),
    ("GET", "/oauth2/userInfo"),
    ("POST", "/oauth2/userInfo"),
    ("POST", "/oauth2/token"),
    ("POST", "/oauth2/login"),
    ("POST", "/login"),
    ("GET", "/logout"),
}
# No bucket has an underscore in its name, and every user pool has one.
_KEYS = re.compile(r"/[\w-]+_\w+/\.well-known/(jwks\.json|openid-configuration)", re.ASCII)
_COGNITO = "AWSCognitoIdentityProviderService."


def is_emulators_own(path: str) -> bool:
    """Return True for a path that only the emulator has and not AWS, such as the e-mails sent."""
    return path.startswith("/_") and not API.fullmatch(path)


def is_open(scope: Scope) -> bool:
    """Return True if a request needs no AWS signature."""
    method, path = scope["method"], scope["path"]
    if _is_open_api(method, path) or (method, path) in (*_SIGN_IN, HEALTH):
        return True
    names = [name.decode("latin-1").lower() for name, _ in scope["headers"]]
    # The emulator takes the caller for root if this header has anything but a signature.
    if "authorization" in names:
        return False
    if method == "OPTIONS":  # a preflight: the emulator answers it, and does nothing
        return "access-control-request-method" in names and not is_emulators_own(path)
    # The emulator joins the values of a header that comes twice.
    if scope["query_string"] or len(set(names)) < len(names):
        return False
    if method == "GET":
        return _KEYS.fullmatch(path) is not None
    values = (value.decode("latin-1") for _, value in scope["headers"])
    text = dict(zip(names, values, strict=True))
    return method == "POST" and (_is_sign_in_by_sdk(path, text) or _is_form(path, text))


def _is_open_api(method: str, path: str) -> bool:
    """Return True for a request to an API, unless AWS requires a signature there as well."""
    if not API.fullmatch(path):
        return False
    api, stage, route = emulator._parse_execute_api_url("", path)
    if route.startswith("/@connections/"):  # sends to the clients of a WebSocket API
        return False
    stage, route = emulator._resolve_stage_and_path(api, stage, route)
    return bool(emulator._execute_api_authorization_type(api, stage, method, route) != "AWS_IAM")


def _is_sign_in_by_sdk(path: str, headers: dict[str, str]) -> bool:
    """Return True for what SDKs send to Cognito without a signature, such as InitiateAuth."""
    target = headers.get("x-amz-target", "")
    return (
        path == "/"
        and target.startswith(_COGNITO)
        and target.removeprefix(_COGNITO) in unsigned_operations("cognito-idp")
    )


def _is_form(path: str, headers: dict[str, str]) -> bool:
    """Return True for a form that uploads to a bucket; the emulator verifies the form's policy.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
    """
    target = emulator._s3_cors_target("", path)
    return (
        headers.get("content-type", "").startswith("multipart/form-data")
        and not any(name.startswith("x-amz-") for name in headers)
        and target is not None
        and not target[1]  # the bucket itself, and it exists
        and detect_service("POST", path, headers, {}) == "s3"
    )
