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


def builds(monkeypatch: pytest.MonkeyPatch, **environ: str) -> list[dict[str, Any]]:
    for name in ("PIP_INDEX_URL", "PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(name, environ.get(name, ""))
    images = run("prod").recorder.all("docker-build:index:Image")
    return sorted((dict(image.inputs) for image in images), key=lambda build: str(build["context"]))


def test_the_program_gives_it_to_every_build_and_ignores_it_in_differences(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = "https://reader:secret@index.example.com/simple"
    one = builds(monkeypatch, PIP_INDEX_URL=url)
    other = builds(monkeypatch)
    for with_index, without in zip(one, other, strict=True):
        assert url in with_index["secrets"][NAME]
        # The provider ignores a difference only if both sides have the secret.
        assert set(without["secrets"]) == set(with_index["secrets"]) == {NAME}
        assert without["ignoreSecretsInDiffCalculation"] == [NAME]
        del with_index["secrets"], without["secrets"]
        assert url not in json.dumps(with_index)
        assert with_index == without


def test_the_program_marks_it_as_a_secret() -> None:
    registrations = run("prod").recorder.registrations
    images = [r for urn, r in registrations.items() if "docker-build:index:Image::" in urn]
    assert images
    for image in images:
        assert rpc.is_rpc_secret(deserialized(image.object)["secrets"])


def deserialized(properties: Any) -> dict[str, Any]:
    found: dict[str, Any] = rpc.deserialize_properties(properties, True)
    return found


def test_the_program_says_which_certificates_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(RunError, match=r"/no/such\.pem, which PIP_CERT"):
        builds(monkeypatch, PIP_CERT="/no/such.pem")
