"""What the page can send: causes once more, and the project's samples."""

import json
import re
import time
from datetime import datetime
from pathlib import Path

import pytest

from local.server.console.drafts import Draft, again, samples
from local.server.console.sending import NotSent, read_sample
from local.server.console.settings import Function, Settings
from ops.events.model import Cause
from tests.support import history

ROOT = Path(__file__).parents[4]
FUNCTIONS = [path.parent.name.replace("_", "-") for path in ROOT.glob("handlers/*/handler.py")]
SETTINGS = Settings(
    "key", str(ROOT), "local", {}, {"emails-1": "emails", "users-1": "users"},
    {name: Function(f"{name}-1", "live") for name in FUNCTIONS},
)  # fmt: skip
CAUSES = {cause.id: cause for cause in history.samples(time.time())}


def test_a_request_goes_out_without_what_belonged_to_the_first() -> None:
    headers = {
        "Content-Type": "application/json", "Host": "h", "Content-Length": "9",
        "X-Api-Key": "(not recorded)", "Authorization": "(not recorded)", "Sec-Fetch-Site": "none",
    }  # fmt: skip
    given = {"path": "/users", "query": "a=b", "headers": headers, "body": {"name": "Ada"}}
    draft = again(Cause("c", "request", "POST /users", 0, input=given), SETTINGS)
    assert draft == Draft(
        "request", "POST /users?a=b", body='{\n  "name": "Ada"\n}',
        headers={"Content-Type": "application/json"},
    )  # fmt: skip


def test_a_message_keeps_its_body_and_attributes() -> None:
    given = {
        "QueueUrl": "http://127.0.0.1:1/0/emails-1", "MessageBody": "not JSON",
        "MessageAttributes": {"user_id": {"DataType": "String", "StringValue": "u1"}},
    }  # fmt: skip
    draft = again(Cause("c", "message", "Message to emails", 0, input=given), SETTINGS)
    assert draft == Draft("message", "emails", body="not JSON", headers={"user_id": "u1"})


def test_a_file_is_sent_from_where_it_lies() -> None:
    draft = again(Cause("c", "upload", "Upload of uploads/a.png", 0), SETTINGS)
    assert draft == Draft("upload", "uploads/a.png", source="uploads/a.png")


def test_a_schedule_is_run_by_its_event() -> None:
    draft = again(CAUSES["run-8"], SETTINGS)
    assert draft == Draft("invoke", "cleanup-expired", body="{}")


def test_what_was_not_recorded_is_not_made_up() -> None:
    assert again(Cause("c", "message", "Message for f", 0), SETTINGS) is None
    assert again(Cause("c", "write", "BatchWriteItem to users", 0, input={}), SETTINGS) is None
    assert again(Cause("c", "invoke", "f", 0), SETTINGS) is None


def test_there_is_a_sample_for_each_operation_and_function() -> None:
    schedule = {
        "name": "report",
        "arn": "arn:aws:scheduler:r:0:schedule/default/report-1",
        "function": "cleanup-expired",
        "input": '{"time": "<aws.scheduler.scheduled-time>", "at": "<aws.scheduler.schedule-arn>"}',
    }
    found = samples(SETTINGS, [schedule])
    operations = json.loads((ROOT / "openapi.json").read_text())["paths"]
    wanted = {f"{m.upper()} {path}" for path, methods in operations.items() for m in methods}
    assert {d.target for d in found if d.kind == "request"} == wanted
    assert {d.target for d in found if d.kind == "invoke"} == set(FUNCTIONS)
    assert {d.target for d in found if d.kind == "message"} == {"emails"}
    [report] = [d for d in found if d.label == "Run the schedule report now"]
    filled = json.loads(report.body)
    assert filled["at"] == schedule["arn"]
    assert datetime.fromisoformat(filled["time"]).year >= 2026
    [create] = [d for d in found if d.target == "POST /users"]
    assert json.loads(create.body) == {"name": "Ada Lovelace", "email": "ada@example.com"}
    assert all(draft.label for draft in found)


@pytest.mark.parametrize("source", ["./Pulumi.yaml", "./tests/functions/../../cli.py", "./../x"])
def test_only_samples_are_read_from_the_project(source: str) -> None:
    with pytest.raises(NotSent, match=re.escape("tests/functions/")):
        read_sample(ROOT, source)
