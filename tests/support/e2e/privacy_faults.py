"""What goes wrong around the functions, while they hold what nobody may read in a log."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from local.cloud import Cloud
from local.kills import kill
from tests.support.e2e.canaries import Canaries
from tests.support.e2e.privacy_paths import events
from tests.support.e2e.rude_aws import MANNERS, RudeAws, rude_aws
from tests.support.e2e.system import invoke, messages_in, until
from tests.support.functions import expected

SERVICES = {function: [s.upper() for s in each.services] for function, each in expected().items()}
"""The variables that lead each function's botocore clients elsewhere: their last parts."""

KILLED = "send-email"
OUT_OF_TIME = {function for function, each in expected().items() if not each.stops_in_time}
"""The other functions stop by themselves with so little time."""


def by_faults(cloud: Cloud, canaries: Canaries) -> None:
    """Expose every function to every fault of the services it calls, with its own text quoted.

    The functions' ``$LATEST`` is led to a rude AWS; their alias, and so all triggers, is not.
    """
    containers = cloud.emulator.containers
    host = (containers.gateway if containers else None) or "127.0.0.1"
    seen_from_inside = "host.docker.internal" if containers else host
    make = events(cloud, canaries)
    with rude_aws(host) as rude, ThreadPoolExecutor(len(SERVICES)) as pool:
        url = f"http://{seen_from_inside}:{rude.port}"
        for turn in range(3):
            led = {f: services[turn] for f, services in SERVICES.items() if turn < len(services)}
            for function, service in led.items():
                set_environment(cloud, function, {f"AWS_ENDPOINT_URL_{service}": url})
            for rude.manner in MANNERS if turn == 0 else MANNERS[:2]:
                asked = len(rude.asked)
                made = {f: make[f](f"{f}, {led[f]}: {rude.manner}") for f in led}
                calls = [pool.submit(invoke, cloud, f, made[f], qualifier="$LATEST") for f in led]
                answers = [call.result() for call in calls]
                assert len(rude.asked) >= asked + len(led), answers
        hang(cloud, rude, make, url, pool)


def hang(
    cloud: Cloud,
    rude: RudeAws,
    make: dict[str, Callable[[str], Any]],
    url: str,
    pool: ThreadPoolExecutor,
) -> None:
    """Make functions time out, and kill one."""
    rude.manner = "hang"
    for function, services in SERVICES.items():
        # The one to be killed has time.
        seconds = 60 if function == KILLED else 5
        set_environment(cloud, function, {f"AWS_ENDPOINT_URL_{services[0]}": url}, seconds)
    asked = len(rude.asked)
    made = {f: make[f](f"{f}: out of time") for f in SERVICES}
    answers = {f: pool.submit(invoke, cloud, f, made[f], qualifier="$LATEST") for f in made}
    if cloud.emulator.containers is None:
        until(lambda: any(heard.startswith("/v2/email") for heard in rude.asked[asked:]))
        assert kill(cloud, KILLED)
    for function, answer in answers.items():
        ended = "errorMessage" in answer.result()
        assert ended or function not in OUT_OF_TIME, function


def set_environment(cloud: Cloud, function: str, more: dict[str, str], seconds: int = 60) -> None:
    """Set further variables and the timeout of a function's ``$LATEST``."""
    client, name = cloud.client("lambda"), cloud.functions[function].name
    own = client.get_function_configuration(FunctionName=name, Qualifier="live")
    variables = own["Environment"]["Variables"] | more
    client.update_function_configuration(
        FunctionName=name, Environment={"Variables": variables}, Timeout=seconds
    )


def fail_for_good(cloud: Cloud, canaries: Canaries) -> None:
    """Make an upload fail until Lambda gives up and keeps its event and error."""
    client, name = cloud.client("lambda"), cloud.functions["process-upload"].name
    settings = client.get_function_event_invoke_config(FunctionName=name, Qualifier="live")
    # The emulator heeds such settings for calls of $LATEST only.
    client.put_function_event_invoke_config(
        FunctionName=name,
        Qualifier="$LATEST",
        MaximumRetryAttempts=0,
        DestinationConfig=settings["DestinationConfig"],
    )
    set_environment(cloud, "process-upload", {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9"})
    event = events(cloud, canaries)["process-upload"]("given up")
    client.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(event).encode())
    sqs = cloud.client("sqs")
    queue = cloud.outputs["dead_letters"]["process-upload-failures"]["url"]
    until(lambda: messages_in(sqs, queue), seconds=60)


def lose_tables(cloud: Cloud, canaries: Canaries) -> None:
    """Point some functions at tables that do not exist."""
    make = events(cloud, canaries)
    gone = dict.fromkeys(("USERS_TABLE", "LEDGER_TABLE", "LIVE_TABLE"), "gone")
    for function, services in SERVICES.items():
        if "DYNAMODB" in services:
            set_environment(cloud, function, gone)
            event = make[function](f"{function}: no table")
            answer = invoke(cloud, function, event, qualifier="$LATEST")
            # An error, the API's 500, or the message that failed.
            assert {"errorMessage", "statusCode", "batchItemFailures"} & set(answer)
            assert answer.get("statusCode", 500) == 500
            set_environment(cloud, function, {})
