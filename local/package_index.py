"""Lets a build reach the package index as this machine does.

A company's network may have its own certificate authority, proxy or index. None of these may end up
in a function's image. Certificates and index go into an image that only the first stages of the
build use; proxies go into build arguments, which Docker keeps out of images.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from local.engine import Engine
from local.errors import LocalError

# In this order: pip's own setting, then what OpenSSL and Requests read.
_CERTIFICATES = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
_INDEXES = ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
_BUNDLE = "/etc/package-index.crt"


def build_image(engine: Engine, base: str, environ: Mapping[str, str] = os.environ) -> str:
    """Return the image for the build's first stages: the base itself, or one that knows the index.

    Raises:
        LocalError: the certificate file that the environment names cannot be read.
    """
    index = next((environ[name] for name in _INDEXES if environ.get(name)), None)
    bundle = next((environ[name] for name in _CERTIFICATES if environ.get(name)), None)
    lines = [f"FROM {base}"]
    files: dict[str, bytes] = {}
    if bundle is not None:
        try:
            files["package-index.crt"] = Path(bundle).read_bytes()
        except OSError as error:
            raise LocalError(
                f"{bundle}, which PIP_CERT or SSL_CERT_FILE names, cannot be read ({error}). "
                "Set it to the certificates that the package index needs, or unset it."
            ) from error
        lines.append(f"COPY package-index.crt {_BUNDLE}")
        lines.append(f"ENV PIP_CERT={_BUNDLE} SSL_CERT_FILE={_BUNDLE}")
    if index is not None:
        lines.append(f"ENV PIP_INDEX_URL={index} UV_DEFAULT_INDEX={index}")
    if len(lines) == 1:
        return base
    files["Dockerfile"] = "\n".join(lines).encode()
    return engine.build("the build itself", files)


def proxies(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the proxies as build arguments, which Docker predefines and does not store."""
    given = {name: environ.get(name) or environ.get(name.lower()) for name in _PROXIES}
    return {name: value for name, value in given.items() if value}
