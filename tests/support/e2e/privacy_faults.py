"""What goes wrong around the functions, while they hold what nobody may read in a log."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import botocore.session

from local.cloud import Cloud
from local.kills import kill
from tests.support.e2e.canaries import Canaries
from tests.support.e2e.privacy_paths import events
from tests.support.e2e.rude_aws import MANNERS, RudeAws, rude_aws
from tests.support.e2e.system import invoke, messages_in, until
from tests.support.functions import expected, module_of


@cache
def variable_of(service: str) -> str:
    """Return the variable with a service's endpoint, by botocore's name of the service.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    """
    model = botocore.session.get_session().get_service_model(service)
    return f"AWS_ENDPOINT_URL_{str(model.service_id).replace(' ', '_').upper()}"


def endpoints(function: str, services: tuple[str, ...]) -> list[str]:
    """Return the variables that lead a function's botocore clients elsewhere, by service."""
    own = getattr(module_of(function, "canary"), "ENDPOINTS", {})
    return [own.get(service) or variable_of(service) for service in services]


ENDPOINTS = {function: endpoints(function, each.services) for function, each in expected().items()}

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
    with rude_aws(host) as rude, ThreadPoolExecutor(len(ENDPOINTS)) as pool:
        url = f"http://{seen_from_inside}:{rude.port}"
        for turn in range(3):
            led = {f: names[turn] for f, names in ENDPOINTS.items() if turn < len(names)}
            for function, variable in led.items():
                set_environment(cloud, function, {variable: f"{url}/{function}"})
            for rude.manner in MANNERS if turn == 0 else MANNERS[:2]:
                rude.callers.clear()
                made = {f: make[f](f"{f}, {led[f]}: {rude.manner}") for f in led}
                calls = {
                    f: pool.submit(invoke, cloud, f, made[f], qualifier="$LATEST") for f in led
                }
                answers = {function: call.result() for function, call in calls.items()}
                missing = {f: answers[f] for f in led.keys() - rude.callers}
                assert not missing, (turn, rude.manner, missing)
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
    for function, variables in ENDPOINTS.items():
        # The one to be killed has time.
        seconds = 60 if function == KILLED else 5
        set_environment(cloud, function, {variables[0]: f"{url}/{function}"}, seconds)
    rude.callers.clear()
    made = {f: make[f](f"{f}: out of time") for f in ENDPOINTS}
    answers = {f: pool.submit(invoke, cloud, f, made[f], qualifier="$LATEST") for f in made}
    if cloud.emulator.containers is None:
        # All functions start anew at once.
        until(lambda: KILLED in rude.callers, seconds=120)
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


def tells_of_a_failure(answer: Any) -> bool:
    """Check for an error, the API's 500, the message that failed, or GraphQL's `internal_error`."""
    if isinstance(answer, list):
        return {each["errorType"] for each in answer} == {"internal_error"}
    told = {"errorMessage", "statusCode", "batchItemFailures"} & set(answer)
    return bool(told) and answer.get("statusCode", 500) == 500


def lose_tables(cloud: Cloud, canaries: Canaries) -> None:
    """Point some functions at tables that do not exist."""
    make, client = events(cloud, canaries), cloud.client("lambda")
    for function, each in expected().items():
        if "dynamodb" in each.services:
            own = client.get_function_configuration(FunctionName=cloud.functions[function].name)
            tables = [n for n in own["Environment"]["Variables"] if n.endswith("_TABLE")]
            set_environment(cloud, function, dict.fromkeys(tables, "gone"))
            event = make[function](f"{function}: no table")
            answer = invoke(cloud, function, event, qualifier="$LATEST")
            assert tells_of_a_failure(answer), function
            set_environment(cloud, function, {})
