"""No personal data, and no secret, in any log, metric, alarm or report.

The test sends canaries through every path, also failing ones. Then it searches everything that was
written: canaries are where personal data belongs, and nowhere else.
"""

import json
import socket
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import quote

import pytest

from local import cloud as local_cloud
from local.cloud import Cloud
from tests.support.e2e.canaries import Canaries
from tests.support.e2e.oauth import Client
from tests.support.e2e.privacy_faults import (
    OUT_OF_TIME,
    by_faults,
    fail_for_good,
    lose_tables,
)
from tests.support.e2e.privacy_paths import by_messages, by_requests, by_uploads
from tests.support.e2e.rude_aws import RudeAws
from tests.support.e2e.system import Api, invoke, keys, messages_in, until
from tests.support.e2e.written import Place, elsewhere, keeping, recorded
from tests.support.functions import FUNCTIONS, module_of

pytestmark = [pytest.mark.long, pytest.mark.early]  # it takes every path and every fault


@pytest.fixture(scope="module")
def guarded(docker: bool) -> Iterator[Cloud]:
    with local_cloud.start(
        config_overrides={"api": {"authorization": "cognito"}}, docker=docker
    ) as running:
        yield running


@pytest.fixture(scope="module")
def canaries() -> Canaries:
    return Canaries()


def no_more(_: Canaries) -> Iterable[Any]:
    return ()


@pytest.fixture(scope="module")
def walked(guarded: Cloud, canaries: Canaries) -> Cloud:
    """Return the system after the canaries have gone through all paths."""
    outputs = guarded.outputs
    client = Client(outputs["token_endpoint"], outputs["client_id"], outputs["client_secret"])
    api = Api(outputs["api_gateway_url"])
    by_requests(api, client, canaries)
    broken = by_messages(guarded, canaries)
    results = by_uploads(guarded, canaries)
    for function in FUNCTIONS:
        for event in getattr(module_of(function, "canary"), "more_events", no_more)(canaries):
            invoke(guarded, function, event)
    by_faults(guarded, canaries)
    lose_tables(guarded, canaries)
    fail_for_good(guarded, canaries)

    s3, sqs = guarded.client("s3"), guarded.client("sqs")
    for prefix in results.values():
        until(lambda: keys(s3, outputs["s3_bucket_name"], prefix))  # noqa: B023
    dead: set[str] = set()

    def all_dead() -> bool:
        dead.update(m["Body"] for m in messages_in(sqs, outputs["sqs_dead_letter_queue_url"]))
        return dead >= set(broken)

    until(all_dead, seconds=90)
    return guarded


# Each canary must be found here, which proves that the search works.
BELONGS = {
    "table users": {"created: name", "created: email"},
    "mail": {"created: name", "created: email"}
    | {f"notification: {part}" for part in ("to", "subject", "text")},
    "queue emails-dead-letters": {
        *(f"no JSON message: {part}" for part in ("to", "subject", "text")),
        "no address message: name",
        "two lines: bcc",
        "no user's: attribute",
    },
    "queue process-upload-failures": {"given up: file name"},
    "object uploads/": {"broken picture: file name", "broken picture: content"},
    "object processed/": {"copied file: file name", "text: content", "page: content"},
    "object rejected/": {"broken picture: file name", "broken picture: content"},
}


for _function in FUNCTIONS:
    for _place, _labels in getattr(module_of(_function, "canary"), "BELONGS", {}).items():
        BELONGS[_place] = BELONGS[_place] | _labels


def leaks(places: Iterable[Place], canaries: Canaries) -> dict[str, set[str]]:
    return {name: labels for name, content in places if (labels := canaries.labels_in(content))}


def test_personal_data_is_where_it_belongs(walked: Cloud, canaries: Canaries) -> None:
    kept: dict[str, set[str]] = {}
    for name, labels in leaks(keeping(walked), canaries).items():
        place = next((p for p in BELONGS if name.startswith(p)), name)
        kept.setdefault(place, set()).update(labels)
    assert {place: missing for place, ls in BELONGS.items() if (missing := ls - kept[place])} == {}
    assert len(list(canaries)) > 200
    # Secrets are in none of these.
    secret = {c for c in canaries if c.startswith(("token", "client secret")) or c.endswith("key")}
    assert secret
    assert {place: ls & secret for place, ls in kept.items() if ls & secret} == {}


def test_it_is_nowhere_else(walked: Cloud, canaries: Canaries) -> None:
    assert leaks(elsewhere(walked), canaries) == {}


def test_the_history_holds_what_was_sent_but_no_credentials(
    walked: Cloud, canaries: Canaries
) -> None:
    found = set().union(*leaks(recorded(walked), canaries).values())
    assert {"created: name", "notification: text", "broken picture: file name"} <= found
    assert not [label for label in found if label.startswith(("token", "client secret"))]
    assert [label for label in canaries if label.startswith("token")]


def test_all_that_was_written_is_searched(walked: Cloud) -> None:
    places = dict(elsewhere(walked))
    logs = {f: places[f"log {ref.log_group}"].decode() for f, ref in walked.functions.items()}
    assert [function for function, log in logs.items() if '"outcome\\": ' not in log] == []
    # The platform logs as well, except for a container that used up its time to start; on a busy
    # machine, every container does.
    ended = {function for function, log in logs.items() if "Task timed out" in log}
    assert ended >= OUT_OF_TIME or walked.emulator.containers
    assert {"console", "metrics", "alarms", "table ledger", "file emulator.log"} <= set(places)
    for function in FUNCTIONS:
        for written in getattr(module_of(function, "canary"), "WRITES", ()):
            assert any(name.startswith(written) for name in places), written
    assert any(name.startswith("dashboard ") for name in places)
    assert b"email#" in places["table ledger"]
    assert b"AWS/Lambda" in places["metrics"]
    assert b"$.outcome" in places["metric filters"]


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text,
        lambda text: text.upper(),
        lambda text: json.dumps({"name": f"Zoë {text} \n"}),
        lambda text: quote(f"uploads/ä {text}", safe=""),
        lambda text: repr(f"ä {text}".encode()),
        *(lambda text, n=n: b64encode(f"{'x' * n}{text}!".encode()).decode() for n in range(3)),
        lambda text: f"x{text}".encode().hex(),
    ],
)
def test_one_line_in_a_log_is_found(walked: Cloud, encode: Callable[[str], str]) -> None:
    canaries = Canaries()
    line = encode(canaries.new("a slip"))
    logs, stream = walked.client("logs"), {"logGroupName": "/slip", "logStreamName": "slip"}
    logs.create_log_group(logGroupName="/slip")
    try:
        logs.create_log_stream(**stream)
        now = int(time.time() * 1_000)
        logs.put_log_events(**stream, logEvents=[{"timestamp": now, "message": line}])
        assert leaks(elsewhere(walked), canaries) == {"log /slip": {"a slip"}}
    finally:
        logs.delete_log_group(logGroupName="/slip")


def test_keys_are_nowhere(docker: bool) -> None:
    canaries = Canaries()
    plan = {"rateLimit": 100, "burstLimit": 100, "quota": {"limit": 3, "period": "DAY"}}
    access = {"authorization": "api_key", "usagePlan": plan}
    with local_cloud.start(config_overrides={"api": access}, docker=docker) as cloud:
        api = Api(cloud.outputs["api_gateway_url"])
        right = canaries.keep("right key", cloud.outputs["api_key"])
        statuses = set()
        for key in (right, canaries.new("wrong key"), *[right] * 4):
            headers = {"x-api-key": key, "User-Agent": right}
            statuses.add(api("GET", "/users/x", headers=headers).status)
        assert statuses == {403, 404, 429}
        assert leaks([*elsewhere(cloud), *keeping(cloud)], canaries) == {}
        # The history has the other headers, such as the one that names the right key.
        assert set().union(*leaks(recorded(cloud), canaries).values()) <= {"right key"}


def test_all_functions_may_connect_to_the_rude_aws_at_once() -> None:
    rude = RudeAws("127.0.0.1")  # accepts nothing yet, as on a busy machine
    with ExitStack() as connections:
        connections.callback(rude.close)
        for _ in FUNCTIONS:
            connecting = socket.create_connection(("127.0.0.1", rude.port), timeout=1)
            connections.enter_context(connecting)
