"""Decides which web pages may send requests to the local cloud.

Any page that the user opens can send requests to loopback. The browser then names the page's site
in ``Origin`` or ``Sec-Fetch-Site``; and a page whose name resolves to loopback (DNS rebinding)
names itself in ``Host``.
https://fetch.spec.whatwg.org/#origin-header https://www.w3.org/TR/fetch-metadata/
"""

import json
import re
from ipaddress import ip_address
from pathlib import Path
from typing import Any

Scope = dict[str, Any]

ORIGINS = Path("origins.json").absolute()
"""In the emulator's folder: the origins that the API answers, as ``corsOrigins`` names them."""

_CONTAINERS_NAME = "host.docker.internal"
_NAMES = {"localhost", _CONTAINERS_NAME}
_API = "/_aws/execute-api/"
_GRAPHQL = re.compile(r"/v1/apis/[0-9a-z]+/graphql")
_SIGN_IN = ("/oauth2/authorize", "/login", "/logout")
_OBJECT = re.compile(r"/[a-z0-9][a-z0-9.-]+/.+", re.DOTALL)
_SIGNATURE = re.compile(rb"(?:^|&)X-Amz-Signature=[0-9a-f]{64}(?:&|$)")
_TOKEN = ("/oauth2/token", "/oauth2/userInfo")


def refusal(scope: Scope) -> str | None:
    """Return why a request is refused; None if no page of another site sent it."""
    headers: dict[bytes, list[str]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.lower(), []).append(value.decode("latin-1").strip().lower())
    hosts, origins, sites, modes = (
        headers.get(name, []) for name in (b"host", b"origin", b"sec-fetch-site", b"sec-fetch-mode")
    )
    if len(hosts) != 1 or not _is_ours(hosts[0], scope):
        return "The Host header must name this machine: use 127.0.0.1 or localhost."
    if len(origins) > 1 or len(sites) > 1:
        return "A request has one Origin and one Sec-Fetch-Site header."
    if origins:
        same_origin = origins[0] == f"http://{hosts[0]}"
        form = headers.get(b"content-type", [""])[0].startswith("multipart/form-data")
        ours = _is_of_the_application(scope, form=form) and _is_listed(origins[0])
        return None if same_origin or ours else _REFUSED
    if sites in ([], ["none"], ["same-origin"]):
        return None
    reads = scope.get("method") == "GET"
    follows_link = reads and modes == ["navigate"] and scope["path"] in _SIGN_IN
    # A page with a signed URL may show the file, as a picture or by a link, but cannot read it.
    shows_file = reads and _OBJECT.fullmatch(scope["path"]) and _is_signed(scope)
    return None if follows_link or shows_file else _REFUSED


def is_from_this_machine(scope: Scope) -> bool:
    """Return True if a request came over loopback, and not by the name that containers use.

    No browser needs that name, and a stranger's network may resolve it for DNS rebinding.
    """
    client, headers = scope.get("client"), dict(scope["headers"])
    return (
        client is not None
        and ip_address(client[0]).is_loopback
        and headers[b"host"].decode("latin-1").lower().partition(":")[0] != _CONTAINERS_NAME
    )


_REFUSED = (
    "A web page of another origin may not use the local cloud. The API answers the origins in "
    "`corsOrigins` under `api` in Pulumi.<stack>.yaml."
)


def _is_ours(host: str, scope: Scope) -> bool:
    """Return whether a Host header names the address that the request came to, on any port.

    A proxy on this machine may forward the header with its own port, because it is signed.
    """
    name, _, port = host.partition(":")
    server = scope.get("server")
    return (name in _NAMES or (server is not None and name == server[0])) and (
        not port or (port.isascii() and port.isdecimal())
    )


def _is_of_the_application(scope: Scope, *, form: bool) -> bool:
    """Return whether a request is from a page of the application.

    Such a page calls its API, gets a token, or sends or gets a file by a signed URL or form.
    """
    method, path = scope.get("method"), scope["path"]
    if path.startswith(_API) or path in _TOKEN or _GRAPHQL.fullmatch(path):
        return True
    # A preflight does nothing, and the request that it asks for comes here again.
    signed = _is_signed(scope) or (method == "POST" and form)
    return not path.startswith("/_") and (signed or method == "OPTIONS")


def _is_signed(scope: Scope) -> bool:
    """Return whether a URL claims a signature, which is verified later (``signature.py``)."""
    return _SIGNATURE.search(scope["query_string"]) is not None


def _is_listed(origin: str) -> bool:
    return ORIGINS.exists() and origin in json.loads(ORIGINS.read_text())
