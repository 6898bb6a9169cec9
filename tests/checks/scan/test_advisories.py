"""pip-audit, against an advisory service that the test runs."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from blueprint.project import ROOT
from checks.scan import __main__ as command
from checks.scan import advisories
from checks.scan.environment import BrokenScannerError
from checks.scan.schema import Schema


class Osv(BaseHTTPRequestHandler):
    """Serves one advisory: on requests, in any version."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        known = [] if asked["package"]["name"] != "requests" else [ADVISORY]
        answer = json.dumps({"vulns": known} if known else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args: object) -> None:
        """Log nothing."""


ADVISORY = {
    "id": "GHSA-0000",
    "summary": "s",
    "details": "d",
    "published": "2018-10-09T00:00:00Z",
    "affected": [
        {
            "package": {"name": "requests", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.20.0"}]}],
        }
    ],
}


@pytest.fixture
def osv(schema: Schema) -> Iterator[str]:
    assert schema
    server = ThreadingHTTPServer(("127.0.0.1", 0), Osv)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"--osv-url=http://127.0.0.1:{server.server_port}/v1/query"
    server.shutdown()
    thread.join()
    server.server_close()


def test_all_requirements_are_looked_up() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in advisories.requirements()}
    functions = {path.parent.name for path in (ROOT / "images").glob("*/requirements.in")}
    assert names >= {f"images/{function}/requirements.txt" for function in functions}
    assert names >= {"requirements.txt", "requirements-dev.txt", "images/build-requirements.txt"}
    assert "checks/policy/requirements.txt" in names
    assert "checks/scan/requirements.txt" not in names


def test_the_packages_of_a_locked_file(osv: str) -> None:
    audited = advisories.audit([ROOT / "images/send_email/requirements.txt"], "osv", osv)
    assert audited.packages > 3
    assert audited.vulnerable == []


def test_a_vulnerable_package_is_named(osv: str, tmp_path: Path) -> None:
    (tmp_path / "r.txt").write_text("requests==2.19.1\nidna==3.7\n")
    audited = advisories.audit([tmp_path / "r.txt"], "osv", osv, "--no-deps")
    assert audited.packages == 2
    assert audited.vulnerable == ["requests 2.19.1: GHSA-0000, fixed in 2.20.0"]


def test_a_service_that_does_not_answer_is_no_pass(schema: Schema, tmp_path: Path) -> None:
    assert schema
    (tmp_path / "r.txt").write_text("requests==2.19.1\n")
    nobody = "--osv-url=http://127.0.0.1:1/v1/query"
    with pytest.raises(BrokenScannerError, match="pip-audit failed"):
        advisories.audit([tmp_path / "r.txt"], "osv", nobody, "--no-deps")


@pytest.mark.parametrize("required", [False, True])
def test_advisories_out_of_reach(monkeypatch: pytest.MonkeyPatch, required: bool) -> None:
    monkeypatch.setattr(advisories, "SERVICES", ())
    said: list[str] = []
    problems = list(command.packages(said.append, required=required))
    assert "NOT DONE" in said[0]
    assert len(problems) == required
