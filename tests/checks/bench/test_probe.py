"""The probe starts a handler's process, hands it one event, and takes its answer."""

from pathlib import Path

import pytest

from checks.bench import probe

# Speaks the runtime API as `awslambdaric` does, which this environment has not (`make bench-check`
# runs the real one).
CLIENT = """
import importlib, json, os, sys, urllib.request
base = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime"
module, _, name = sys.argv[1].rpartition(".")
def post(path, content):
    urllib.request.urlopen(base + path, data=json.dumps(content).encode()).close()
try:
    handler = getattr(importlib.import_module(module), name)
except Exception as error:
    post("/init/error", str(error))
    raise SystemExit(1)
with urllib.request.urlopen(base + "/invocation/next") as response:
    event = json.load(response)
try:
    post("/invocation/bench/response", handler(event, None))
except Exception as error:
    post("/invocation/bench/error", str(error))
"""

HANDLER = """
import os, time
time.sleep(float(os.environ["INIT_SECONDS"]))
def handler(event, context):
    time.sleep(0.2)
    return {"got": event["value"] + 1}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "awslambdaric").mkdir()
    (tmp_path / "awslambdaric/__main__.py").write_text(CLIENT)
    (tmp_path / "slow.py").write_text(HANDLER)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_a_cold_start_is_timed_to_its_first_request_and_response() -> None:
    slow, quick = (
        probe.measure("slow.handler", {"value": 1}, {"INIT_SECONDS": seconds})
        for seconds in ("0.5", "0")
    )
    assert slow["answer"] == quick["answer"] == {"got": 2}
    for result in (slow, quick):
        assert result["first"] - result["init"] >= 0.2
    assert slow["init"] >= 0.5


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("handler", "event", "words"),
    [
        ("missing.handler", {"value": 1}, "error in place of next: .*missing"),
        ("slow.handler", {}, "error in place of response: .*value"),
    ],
)
def test_a_handler_that_fails_is_no_measurement(handler: str, event: object, words: str) -> None:
    with pytest.raises(probe.Failed, match=words):
        probe.measure(handler, event, {"INIT_SECONDS": "0"})


def test_a_script_s_output_is_its_result(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import json, os, sys; print(json.dumps([sys.argv[1], os.environ['WORD']]))")
    assert probe.run([str(script), "one"], {"WORD": "two"}) == ["one", "two"]
    script.write_text("raise SystemExit('broken')")
    with pytest.raises(probe.Failed, match="broken"):
        probe.run([str(script)], {})
