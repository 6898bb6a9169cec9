"""Lets a build reach the package index as this machine does, without a trace in the image.

A company's network may have its own certificate authority, proxy or index. A build gets them as a
BuildKit secret, which is in no layer, no history and no cache key:
https://docs.docker.com/build/building/secrets/

``settings`` makes the secret. Inside the build, ``python3 package_index.py COMMAND…`` runs a
command with it.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

NAME = "package-index"
"""The secret's id."""

_MOUNTED = Path("/run/secrets") / NAME

# In this order: pip's own setting, then what OpenSSL and Requests read.
_CERTIFICATES = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
_INDEXES = ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
_PEM = re.compile("-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


class PackageIndexError(ValueError):
    """The environment names certificates that cannot be read."""


def settings(environ: Mapping[str, str] = os.environ) -> str:
    """Return the content of the secret: a JSON object, which is empty if nothing is set.

    Raises:
        PackageIndexError: the environment names certificates that cannot be read.
    """
    values = {name: environ.get(name) or environ.get(name.lower()) for name in _PROXIES}
    index = _first(_INDEXES, environ)
    values |= {"PIP_INDEX_URL": index, "UV_DEFAULT_INDEX": index}
    values["certificates"] = _certificates(_first(_CERTIFICATES, environ))
    given = {name: value for name, value in values.items() if value}
    return json.dumps(given, sort_keys=True, separators=(",", ":"))


def main(command: list[str], secret: Path = _MOUNTED) -> int:
    """Run a command with the secret's settings.

    Returns:
        The command's exit code.
    """
    values = json.loads(secret.read_text()) if secret.is_file() else {}
    certificates = values.pop("certificates", None)
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as bundle:  # gone before the layer is made
        if certificates:
            bundle.write(f"{_public()}\n{certificates}\n")
            bundle.flush()
            values |= {"PIP_CERT": bundle.name, "SSL_CERT_FILE": bundle.name}
        return subprocess.run(command, env={**os.environ, **values}).returncode


def _first(names: tuple[str, ...], environ: Mapping[str, str]) -> str | None:
    return next((environ[name] for name in names if environ.get(name)), None)


def _certificates(file: str | None) -> str:
    """Return the certificates of a file, without the public ones that pip has itself.

    A file often holds all of them, 200 KB, and Pulumi's state would keep them for every image.
    """
    if file is None:
        return ""
    try:
        found = _PEM.findall(Path(file).read_text("ascii", "replace"))
    except OSError as error:
        raise PackageIndexError(
            f"{file}, which PIP_CERT or SSL_CERT_FILE names, cannot be read ({error}). "
            "Set it to the certificates that the package index needs, or unset it."
        ) from error
    return "\n".join(each for each in found if "".join(each.split()) not in _public_ones())


@cache
def _public_ones() -> frozenset[str]:
    return frozenset("".join(each.split()) for each in _PEM.findall(_public()))


def _public() -> str:
    from pip._vendor import certifi

    return certifi.contents()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
