"""The package index settings that a build gets."""

from pathlib import Path

import pytest

from local.engine import Engine
from local.errors import LocalError
from local.package_index import build_image, proxies
from tests.support.images.bases import Bases


def test_the_base_itself_where_nothing_is_set(engine: Engine, bases: Bases) -> None:
    assert build_image(engine, bases.native, {"PATH": "/bin", "PIP_CERT": ""}) == bases.native


def test_certificates_and_index(engine: Engine, bases: Bases, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("certificates")
    environ = {"SSL_CERT_FILE": str(bundle), "PIP_INDEX_URL": "https://index.example.com/simple"}
    image = build_image(engine, bases.native, environ)
    assert build_image(engine, bases.native, environ) == image
    variables = set(engine.client.images.get(image).attrs["Config"]["Env"])
    assert {
        "PIP_CERT=/etc/package-index.crt",
        "SSL_CERT_FILE=/etc/package-index.crt",
        "PIP_INDEX_URL=https://index.example.com/simple",
        "UV_DEFAULT_INDEX=https://index.example.com/simple",
    } <= variables


def test_certificates_that_are_not_there(engine: Engine, bases: Bases) -> None:
    with pytest.raises(LocalError, match=r"/no/such\.pem, which PIP_CERT"):
        build_image(engine, bases.native, {"PIP_CERT": "/no/such.pem"})


def test_proxies() -> None:
    given = {
        "https_proxy": "http://proxy.example.com:3128",
        "NO_PROXY": "localhost",
        "HTTP_PROXY": "",
    }
    assert proxies(given) == {
        "HTTPS_PROXY": "http://proxy.example.com:3128",
        "NO_PROXY": "localhost",
    }
