"""Each thing that a deployment may lack gets one sentence, with what mends it."""

import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

import cli
from ops.preflight import checks

ROOT = Path(__file__).parents[3]
CREATE = "docker buildx create --use --bootstrap --driver-opt network=host"
DOCKER_STOPPED = (
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is it running?",
    "failed to connect to the docker API at unix:///none; check if the path is correct",
)


class Tools:
    """Fakes of the commands, in the one folder on the PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pulumi()
        self.docker()

    def write(self, name: str, script: str) -> None:
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def remove(self, name: str) -> None:
        (self.folder / name).unlink()

    def pulumi(
        self, *, login: bool = True, stack: bool = True, config: dict[str, str] | None = None
    ) -> None:
        values = {"aws:region": "eu-central-1"} if config is None else config
        shown = json.dumps({key: {"value": value} for key, value in values.items()})
        self.write(
            "pulumi",
            f"""
            case $1 in
              whoami) {"echo me" if login else "echo 'error: no token' >&2; exit 1"} ;;
              config) {f"echo '{shown}'" if stack else "echo 'error: no stack' >&2; exit 6"} ;;
              *) exit 9 ;;
            esac""",
        )

    def docker(
        self,
        *,
        plugin: bool = True,
        driver: str = "docker-container",
        says: str = "",
        code: int = 0,
    ) -> None:
        self.write(
            "docker",
            f"""
            case "$1 $2" in
              "buildx version") exit {0 if plugin else 1} ;;
              "buildx inspect") echo 'Name:   b'; echo 'Driver: {driver}'
                echo "{says}" >&2; exit {code} ;;
              *) exit 9 ;;
            esac""",
        )


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tools:
    folder = tmp_path / "bin"
    folder.mkdir()
    (tmp_path / "Pulumi.dev.yaml").touch()
    monkeypatch.setenv("PATH", str(folder))
    return Tools(folder)


class Sts(BaseHTTPRequestHandler):
    """Knows one access key."""

    def do_POST(self) -> None:
        known = "Credential=GOOD/" in self.headers["Authorization"]
        body = (
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>1</Account>"
            "</GetCallerIdentityResult></GetCallerIdentityResponse>"
            if known
            else "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>The security token "
            "included in the request is expired</Message></Error></ErrorResponse>"
        )
        self.send_response(200 if known else 403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[pytest.MonkeyPatch]:
    """Yield an environment in which AWS knows this shell."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "GOOD")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    with HTTPServer(("127.0.0.1", 0), Sts) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield monkeypatch
        server.shutdown()
        thread.join()


def problem(tmp_path: Path, *, deploy: bool = True) -> str:
    [found] = checks.missing(tmp_path, "dev", deploy=deploy)
    assert "\n" not in found
    return found


def test_nothing_is_missing(tools: Tools, aws: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert checks.missing(tmp_path, "dev", deploy=True) == []


def test_no_pulumi(tools: Tools, aws: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tools.remove("pulumi")
    assert "Pulumi CLI is not installed" in (found := problem(tmp_path))
    assert "curl -fsSL https://get.pulumi.com | sh" in found


def test_no_login(tools: Tools, aws: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tools.pulumi(login=False)
    assert "not logged in" in (found := problem(tmp_path))
    assert "(no token). Log in: pulumi login" in found


def test_no_stack(tools: Tools, aws: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tools.pulumi(stack=False)
    found = problem(tmp_path)
    assert found == (
        "The stack 'dev' cannot be read (no stack). If it does not exist yet, create it: "
        "pulumi stack init dev"
    )


def test_no_credentials(tools: Tools, aws: pytest.MonkeyPatch, tmp_path: Path) -> None:
    aws.delenv("AWS_ACCESS_KEY_ID")
    aws.delenv("AWS_SECRET_ACCESS_KEY")
    assert "no valid AWS credentials" in (found := problem(tmp_path, deploy=False))
    assert "Sign in: aws sso login," in found


def test_an_expired_session(tools: Tools, aws: pytest.MonkeyPatch, tmp_path: Path) -> None:
    aws.setenv("AWS_ACCESS_KEY_ID", "OLD")
    assert "is expired" in (found := problem(tmp_path, deploy=False))
    assert "Sign in: aws sso login," in found


def test_an_expired_sso_session_of_the_stack_s_profile(
    tools: Tools, aws: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    aws.delenv("AWS_ACCESS_KEY_ID")
    aws.delenv("AWS_SECRET_ACCESS_KEY")
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text(
        "[profile work]\nsso_session = s\nsso_account_id = 123456789012\nsso_role_name = r\n"
        "[sso-session s]\nsso_region = eu-central-1\nsso_start_url = https://example.com\n"
    )
    tools.pulumi(config={"aws:profile": "work", "aws:region": "eu-central-1"})
    assert "Sign in: aws sso login --profile work," in problem(tmp_path)


def test_an_unknown_profile(tools: Tools, aws: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tools.pulumi(config={"aws:profile": "nobody", "aws:region": "eu-central-1"})
    assert "The config profile (nobody) could not be found" in problem(tmp_path)


def test_no_network(tools: Tools, aws: pytest.MonkeyPatch, tmp_path: Path) -> None:
    aws.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1")
    assert problem(tmp_path).startswith("AWS cannot be reached (")


@pytest.mark.parametrize("key", ["aws:accessKey", "any-project:emulator"])
def test_a_stack_with_credentials_of_its_own(
    tools: Tools, aws: pytest.MonkeyPatch, tmp_path: Path, key: str
) -> None:
    aws.setenv("AWS_ACCESS_KEY_ID", "OLD")
    tools.pulumi(config={key: "test"})
    assert checks.missing(tmp_path, "dev", deploy=True) == []


def test_a_stack_that_imports_its_credentials(
    tools: Tools, aws: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    aws.setenv("AWS_ACCESS_KEY_ID", "OLD")
    (tmp_path / "Pulumi.dev.yaml").write_text("environment:\n  - aws-login\nconfig: {}\n")
    assert checks.missing(tmp_path, "dev", deploy=True) == []


def test_no_docker(tools: Tools, aws: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tools.remove("docker")
    assert problem(tmp_path).startswith("Docker, which builds the images, is not installed")
    assert checks.missing(tmp_path, "dev", deploy=False) == []


def test_no_buildx(tools: Tools, aws: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tools.docker(plugin=False)
    assert problem(tmp_path).endswith("https://docs.docker.com/go/buildx/")


@pytest.mark.parametrize("says", DOCKER_STOPPED)
@pytest.mark.parametrize("code", [0, 1])
def test_docker_stopped(
    tools: Tools, aws: pytest.MonkeyPatch, tmp_path: Path, says: str, code: int
) -> None:
    tools.docker(driver="docker", says=says, code=code)
    assert "Docker does not answer. Start it: sudo systemctl start docker" in problem(tmp_path)


def test_a_builder_that_cannot_push_by_digest(
    tools: Tools, aws: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tools.docker(driver="docker")
    assert problem(tmp_path) == (
        f"Docker's own builder cannot push images by digest. Create one that can: {CREATE}"
    )


@pytest.mark.parametrize("driver", ["docker-container", "remote", "kubernetes"])
def test_other_builders(tools: Tools, aws: pytest.MonkeyPatch, tmp_path: Path, driver: str) -> None:
    tools.docker(driver=driver)
    assert checks.missing(tmp_path, "dev", deploy=True) == []


def test_a_builder_that_does_not_start(
    tools: Tools, aws: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tools.docker(driver="remote", says="ERROR: context deadline exceeded", code=1)
    assert f"(context deadline exceeded). Create another one: {CREATE}" in problem(tmp_path)


def test_a_builder_that_hangs(tools: Tools, aws: pytest.MonkeyPatch, tmp_path: Path) -> None:
    aws.setattr(checks, "BOOT_SECONDS", 0.2)
    tools.write("docker", '[ "$2" = version ] || exec /bin/sleep 5')
    assert f"does not start. Create another one: {CREATE}" in problem(tmp_path)


def test_the_command_prints_every_problem(
    tools: Tools,
    aws: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    tools.remove("docker")
    tools.pulumi(login=False)
    assert cli.main(["preflight", "dev", "--deploy"], root=tmp_path) == 1
    lines = capsys.readouterr().err.splitlines()
    assert [line.startswith("error: ") for line in lines] == [True, True]
    assert cli.main(["preflight", "dev"], root=tmp_path) == 1


@pytest.mark.parametrize(("target", "option"), [("preview", ""), ("deploy", " --deploy")])
def test_make_checks_before_it_starts_pulumi(target: str, option: str) -> None:
    planned = subprocess.check_output(
        ["make", "--dry-run", target, "STACK=some"], cwd=ROOT, text=True
    ).splitlines()
    [check] = [i for i, line in enumerate(planned) if line.endswith(f"app preflight some{option}")]
    [pulumi] = [i for i, line in enumerate(planned) if line.startswith("pulumi ")]
    assert check < pulumi
