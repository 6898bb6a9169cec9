"""The secret by which a build reaches the package index: made here, used inside the build."""

import json
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pip._vendor import certifi
from pulumi import RunError
from pulumi.runtime import rpc

from blueprint.recorder import run
from images.package_index import NAME, PackageIndexError, main, settings
from tests.support.apis import function
from tests.support.stacks import FUNCTIONS, recorded, stack

# What the build prints of its environment, and how many certificates its bundle has.
SHOW = """
import json, os, ssl
names = ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "HTTPS_PROXY", "PIP_CERT", "SSL_CERT_FILE")
shown = {name: os.environ.get(name) for name in names}
if shown["PIP_CERT"]:
    shown["bundle"] = open(shown["PIP_CERT"]).read()
print(json.dumps(shown))
"""
OWN = "-----BEGIN CERTIFICATE-----\nb3duIGNlcnRpZmljYXRl\n-----END CERTIFICATE-----"
PUBLIC = certifi.contents()


def settings_from(**environ: str) -> dict[str, str]:
    values: dict[str, str] = json.loads(settings(environ))
    return values


def test_nothing_where_nothing_is_set() -> None:
    assert settings_from(PATH="/bin", PIP_CERT="", HTTP_PROXY="", UV_DEFAULT_INDEX="") == {}


@pytest.mark.parametrize("name", ["PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL"])
def test_one_index_for_pip_and_uv(name: str) -> None:
    url = "https://reader:secret@index.example.com/simple"
    assert settings_from(**{name: url}) == {"PIP_INDEX_URL": url, "UV_DEFAULT_INDEX": url}


def test_pip_s_own_index_wins() -> None:
    assert (
        settings_from(UV_INDEX_URL="https://b", PIP_INDEX_URL="https://a")["UV_DEFAULT_INDEX"]
        == "https://a"
    )


def test_proxies_in_either_case() -> None:
    given = {"https_proxy": "http://proxy:3128", "NO_PROXY": "localhost", "HTTP_PROXY": ""}
    assert settings_from(**given) == {"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "localhost"}


@pytest.mark.parametrize("name", ["PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_certificates_without_the_public_ones(tmp_path: Path, name: str) -> None:
    """A bundle of a machine has all public ones, in lines of another length perhaps."""
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(f"# Comment\n{PUBLIC}\n{OWN}\n")
    assert settings_from(**{name: str(bundle)}) == {"certificates": OWN}
    bundle.write_bytes(PUBLIC.replace("\n", "\r\n").encode())
    assert settings_from(**{name: str(bundle)}) == {}


def test_certificates_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "no.pem", tmp_path):
        with pytest.raises(PackageIndexError, match=rf"{path}, which PIP_CERT or SSL_CERT_FILE"):
            settings_from(SSL_CERT_FILE=str(path))


@given(st.binary())
def test_any_file_is_read(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    bundle = tmp_path_factory.getbasetemp() / "any.pem"
    bundle.write_bytes(content)
    assert set(settings_from(PIP_CERT=str(bundle))) <= {"certificates"}


def seen_in_build(secret: Path, capfd: pytest.CaptureFixture[str]) -> Any:
    assert main([sys.executable, "-c", SHOW], secret) == 0
    return json.loads(capfd.readouterr().out)


def test_inside_the_build(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_CERT", "")
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    secret = tmp_path / NAME
    assert (
        seen_in_build(secret, capfd)["PIP_INDEX_URL"]
        == seen_in_build(secret, capfd)["UV_DEFAULT_INDEX"]
    )
    secret.write_text(settings({"PIP_INDEX_URL": "https://a", "https_proxy": "http://p"}))
    found = seen_in_build(secret, capfd)
    assert found["PIP_INDEX_URL"] == found["UV_DEFAULT_INDEX"] == "https://a"
    assert (found["HTTPS_PROXY"], found["PIP_CERT"]) == ("http://p", "")


def test_the_bundle_is_gone_after_the_command(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / NAME
    secret.write_text(json.dumps({"certificates": OWN}))
    found = seen_in_build(secret, capfd)
    assert found["PIP_CERT"] == found["SSL_CERT_FILE"]
    assert not Path(found["PIP_CERT"]).exists()
    assert OWN in found["bundle"]
    public = found["bundle"].replace(OWN, "")
    assert len(ssl.create_default_context(cadata=public).get_ca_certs()) > 100


def test_the_command_s_exit_code(tmp_path: Path) -> None:
    assert main([sys.executable, "-c", "raise SystemExit(7)"], tmp_path / NAME) == 7


def test_it_runs_without_anything_of_this_project(tmp_path: Path) -> None:
    """The build has this one file."""
    source = Path(main.__code__.co_filename)
    script = tmp_path / "package_index.py"
    script.write_bytes(source.read_bytes())
    command = [sys.executable, "-I", script, sys.executable, "-c", "print('ran')"]
    assert subprocess.check_output(command, cwd=tmp_path).strip() == b"ran"


def build() -> dict[str, Any]:
    """Return how a function's image is built, as the engine is told it."""
    registrations = recorded(function).registrations
    [image] = [r for urn, r in registrations.items() if "docker-build:index:Image::" in urn]
    return deserialized(image.object)


def deserialized(properties: Any) -> dict[str, Any]:
    found: dict[str, Any] = rpc.deserialize_properties(properties, True)
    return found


@pytest.fixture
def no_index(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Set none of the variables that name an index or certificates."""
    for name in ("PIP_INDEX_URL", "PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(name, "")
    return monkeypatch


def test_a_build_has_it_as_a_secret_that_makes_no_difference(
    no_index: pytest.MonkeyPatch,
) -> None:
    url = "https://reader:secret@index.example.com/simple"
    without = build()
    no_index.setenv("PIP_INDEX_URL", url)
    with_index = build()
    secret = with_index.pop("secrets")
    assert rpc.is_rpc_secret(secret)
    assert url in rpc.unwrap_rpc_secret(secret)[NAME]
    # The provider ignores a difference only if both sides have the secret.
    assert set(rpc.unwrap_rpc_secret(without.pop("secrets"))) == {NAME}
    assert url not in str(with_index)
    assert with_index == without
    assert without["ignoreSecretsInDiffCalculation"] == [NAME]


def test_the_program_gives_it_to_every_build() -> None:
    images = stack("prod").recorder.all("docker-build:index:Image")
    assert len(images) == len(FUNCTIONS)
    for image in images:
        assert set(image.inputs["secrets"]) == {NAME}
        assert image.inputs["ignoreSecretsInDiffCalculation"] == [NAME]


def test_the_program_says_which_certificates_cannot_be_read(
    no_index: pytest.MonkeyPatch,
) -> None:
    no_index.setenv("PIP_CERT", "/no/such.pem")
    with pytest.raises(RunError, match=r"/no/such\.pem, which PIP_CERT"):
        run("prod")
