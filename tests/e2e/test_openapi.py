"""The API follows ``openapi.json``, whatever the request.

schemathesis generates valid and invalid requests from the document: its examples, the bounds of
each schema, random values, and sequences along its links. It checks that no response is a 5xx, that
status, headers and body are as documented, and that only valid requests are accepted.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from local.project import ROOT
from tests.support.e2e.system import Api

CHECKS = {
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "positive_data_acceptance",
    "ensure_resource_availability",
}
HERE = Path(__file__).parent
SECONDS_A_CASE = 2  # on a busy machine; usually a tenth of a second


@pytest.mark.long
def test_the_api_keeps_to_its_document(
    api: Api, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    cases, seed = pytestconfig.getoption("--cases"), pytestconfig.getoption("--seed")
    command: list[object] = [
        *(
            Path(sys.executable).parent / "schemathesis",
            "--config-file",
            HERE / "schemathesis.toml",
        ),
        *("run", ROOT / "openapi.json", "--url", api.url),
        *("--max-examples", cases, "--seed", seed, "--continue-on-failure"),
        *("--report", "json,ndjson", "--report-json-path", "report.json"),
        *("--report-ndjson-path", "events.ndjson"),
    ]
    run = subprocess.run(
        [str(part) for part in command],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=300 + SECONDS_A_CASE * cases,
    )
    report = json.loads((tmp_path / "report.json").read_text())
    statuses, checks = seen(tmp_path / "events.ndjson")
    sys.stdout.write(f"{report['running_time']:.0f} s, seed {seed}, responses: {statuses}\n")
    assert run.returncode == 0, "see what schemathesis says above"
    # A check that scans nothing proves nothing.
    assert {phase["status"] for phase in report["phases"].values()} == {"success"}
    assert sum(statuses.values()) >= cases
    assert {"POST 201", "POST 400", "GET 200", "GET 404"} <= set(statuses)
    assert checks >= CHECKS


def seen(path: Path) -> tuple[Counter[str], set[str]]:
    """Return the count of each status per method, and the checks that ran."""
    statuses: Counter[str] = Counter()
    checks: set[str] = set()
    for line in path.read_text().splitlines():
        event: dict[str, Any] = json.loads(line)
        recorder = event.get("ScenarioFinished", {}).get("recorder", {})
        for made in recorder.get("interactions", {}).values():
            statuses[f"{made['request']['method']} {made['response']['status_code']}"] += 1
        for made in recorder.get("checks", {}).values():
            checks |= {check["name"] for check in made}
    return statuses, checks
