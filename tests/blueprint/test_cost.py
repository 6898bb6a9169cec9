"""The monthly estimate follows the stack's configuration, the traffic and the price list."""

import math
import re
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from blueprint.cost import estimate
from blueprint.cost.function_usage import function_usage
from blueprint.cost.traffic import Traffic
from blueprint.cost.triggers import DURATION_MS, ERASED, Load, loads, runs
from blueprint.cost.usage import DAYS, HOURS, Usage
from cli import main
from infra.config.stack import StackConfig
from infra.function.image_function import FunctionArgs, ImageFunction
from tests.support.functions import FUNCTIONS, ONE
from tests.support.stacks import PROJECT, recorded, stack

BUSY = Traffic(requests=1e7, emails=1e5, uploads=1e5, stored_gb=100)


def charged(charges: list[estimate.Charge], service: str) -> float:
    return math.fsum(charge.cost for charge in charges if charge.service == service)


@pytest.mark.parametrize(
    ("expression", "times"),
    [
        ("rate(1 hour)", HOURS),
        ("rate(10 minutes)", HOURS * 6),
        ("rate(2 days)", DAYS / 2),
        ("cron(15 0 * * ? *)", DAYS),
        ("cron(0 6,18 * * ? *)", 2 * DAYS),
        ("cron(0 * * * ? *)", 24 * DAYS),
        ("cron(0 0 1 * ? *)", 1),
        ("cron(0 0 1 1,7 ? *)", 1 / 6),
        ("at(2026-12-31T23:59:00)", 1 / 12),
    ],
)
def test_a_schedule_runs_as_often_as_it_says(expression: str, times: float) -> None:
    assert runs(expression) == pytest.approx(times)


def test_units_are_charged_at_the_price_of_the_list() -> None:
    (line,) = estimate.charges_for(
        [Usage("sqs", "request", 2e6, "messages")], {"sqs": {"request": 0.4e-6}}
    )
    assert line.cost == pytest.approx(0.8)


def test_a_price_that_is_not_in_the_list_is_missed() -> None:
    with pytest.raises(KeyError, match="request"):
        estimate.charges_for([Usage("sqs", "request", 1, "messages")], {"sqs": {}})


def charges_of(settings: dict[str, Any], **keys: Any) -> dict[str, estimate.Charge]:
    """Return what nine million invocations cost, with settings of its own: by what it is for."""
    config = StackConfig.model_validate({"functions": {ONE: settings}} | keys)
    args = FunctionArgs(config=config, description="", memory_mb=512, timeout=20)
    program = recorded(lambda: ImageFunction(ONE, args))
    used = function_usage(program, {ONE: Load(invocations=9e6, seconds=9e4)})
    charges = estimate.charges_for(used, estimate.read_prices())
    return {charge.what.removeprefix(f"{ONE}: "): charge for charge in charges}


def test_more_memory_and_another_processor_cost_what_the_list_says() -> None:
    small = charges_of({})["time"].cost
    assert charges_of({"memoryMb": 1024})["time"].cost == pytest.approx(2 * small)
    listed = estimate.read_prices()["lambda"]
    dearer = small * listed["gb_second_x86_64"] / listed["gb_second_arm64"]
    assert charges_of({"architecture": "x86_64"})["time"].cost == pytest.approx(dearer)
    assert charges_of({}, architecture="x86_64")["time"].cost == pytest.approx(dearer)


@pytest.mark.parametrize(("architecture", "hourly"), [("arm64", 0.012), ("x86_64", 0.015)])
def test_environments_that_wait_cost_by_the_hour_and_work_for_less(
    architecture: str, hourly: float
) -> None:
    cold = charges_of({"architecture": architecture})
    warm = charges_of({"architecture": architecture, "provisionedConcurrency": 3})
    assert warm.keys() - cold.keys() == {"waiting"}
    assert warm["waiting"].cost == pytest.approx(3 * 0.5 * HOURS * hourly, rel=1e-3)
    assert warm["time"].units == cold["time"].units
    assert warm["time"].cost == pytest.approx(cold["time"].cost * 7 / 12, rel=1e-3)


def test_snapshots_cost_while_they_are_kept_and_when_they_are_used() -> None:
    cold, restored = charges_of({}), charges_of({"snapStart": True})
    assert restored.keys() - cold.keys() == {"snapshots kept", "restored"}
    assert restored["snapshots kept"].units == pytest.approx(2 * 0.5 * HOURS * 3_600)
    assert restored["snapshots kept"].cost == pytest.approx(3.954, rel=1e-3)
    assert restored["restored"].units == pytest.approx(cold["invocations"].units * 0.01 * 0.5)
    assert restored["time"] == cold["time"]


def test_tmp_costs_beyond_what_is_free() -> None:
    charges = charges_of({"tmpMb": 1_536})
    assert charges["/tmp"].units == pytest.approx(charges["time"].units / 0.5)
    assert "/tmp" not in charges_of({})


def every_trigger() -> None:
    """Declare a function for each kind of trigger; that of the read has an alias."""
    made = {
        kind: aws.lambda_.Function(kind, role="role", timeout=1) for kind in [*DURATION_MS, "idle"]
    }
    live = aws.lambda_.Alias(
        "read-live", name="live", function_name=made["read"].name, function_version="1"
    )
    for method, target in (("GET", live), ("POST", made["write"])):
        aws.apigateway.Integration(
            method, rest_api="api", resource_id="users", http_method=method, type="AWS_PROXY",
            uri=target.invoke_arn,
        )  # fmt: skip
    aws.apigateway.Integration(
        "cors", rest_api="api", resource_id="users", http_method="OPTIONS", type="MOCK"
    )
    aws.apigatewayv2.Integration(
        "socket", api_id="api", integration_type="AWS_PROXY",
        integration_uri=made["socket"].invoke_arn,
    )  # fmt: skip
    aws.lambda_.EventSourceMapping("queue", function_name=made["queue"].arn)
    aws.lambda_.EventSourceMapping(
        "stream", function_name=made["stream"].arn, starting_position="LATEST"
    )
    target = {"lambda_function_arn": made["bucket"].arn, "events": ["s3:ObjectCreated:*"]}
    aws.s3.BucketNotification("files", bucket="files", lambda_functions=[target])
    aws.scheduler.Schedule(
        "daily", schedule_expression="rate(1 day)", flexible_time_window={"mode": "OFF"},
        target={"arn": made["schedule"].arn, "role_arn": "role"},
    )  # fmt: skip
    aws.appsync.DataSource(
        "field",
        api_id="graphql",
        type="AWS_LAMBDA",
        lambda_config={"function_arn": made["field"].arn},
    )
    task = {"Type": "Task", "Arguments": {"FunctionName": made["step"].arn}}
    states = {"One": task, "Pause": {"Type": "Wait"}, "Two": task}
    aws.sfn.StateMachine(
        "machine", role_arn="role", definition=pulumi.Output.json_dumps({"States": states})
    )


def test_functions_are_invoked_by_their_triggers() -> None:
    traffic = Traffic(requests=1_000, writes=0.2, emails=30, uploads=7)
    found = loads(recorded(every_trigger), traffic)
    invocations = {
        "read": 800, "write": 200, "queue": 230, "stream": 200, "bucket": 7, "schedule": DAYS,
        "socket": 7 * 3, "field": 1_000 * 0.1 * 2,
        "step": 2 * 200 * ERASED,
    }  # fmt: skip
    expected = {kind: (n, n * DURATION_MS[kind] / 1_000) for kind, n in invocations.items()}
    loaded = {name: (load.invocations, load.seconds) for name, load in found.items()}
    assert loaded.pop("idle") == (0, 0)
    assert loaded == {kind: pytest.approx(pair) for kind, pair in expected.items()}


@pytest.mark.parametrize("factor", [0, 2, 10])
def test_requests_cost_in_proportion(factor: int) -> None:
    def gateway(requests: float) -> float:
        used = estimate.usage(stack("prod").recorder, Traffic(requests=requests))
        return charged(estimate.charges_for(used, estimate.read_prices()), "apigateway")

    assert gateway(factor * 1e6) == pytest.approx(factor * gateway(1e6))


@pytest.fixture
def kept_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Estimate the runs of the stacks that other tests use, too."""
    monkeypatch.setattr(estimate.recorder, "run", stack)


@pytest.mark.usefixtures("kept_runs")
@pytest.mark.parametrize("name", ["dev", "prod"])
def test_every_stack_can_be_estimated(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cost", name, "--requests", "1e6"]) == 0
    printed = capsys.readouterr().out
    assert f"Stack {name}, at list prices of us-east-1 of 2026-" in printed
    assert "Left out: free tiers" in printed


def what_production_lacks() -> None:
    """Declare an API's functions that wait, on both processors, and one that starts; and more."""
    of_kinds: list[tuple[str, dict[str, Any]]] = [
        ("GET", {"architecture": "arm64", "provisionedConcurrency": 1}),
        ("POST", {"architecture": "x86_64", "provisionedConcurrency": 1}),
        ("POST", {"architecture": "x86_64", "tmpMb": 1_024}),
    ]
    kinds = dict(zip(FUNCTIONS, of_kinds, strict=False))
    settings = {name: changes for name, (_, changes) in kinds.items()}
    config = StackConfig.model_validate({"functions": settings})
    args = FunctionArgs(config=config, description="", memory_mb=512, timeout=20)
    for name, (method, _) in kinds.items():
        aws.apigateway.Integration(
            name, rest_api="api", resource_id="users", http_method=method, type="AWS_PROXY",
            uri=ImageFunction(name, args).alias.invoke_arn,
        )  # fmt: skip
    aws.ec2.NatGateway("nat", subnet_id="public")
    aws.secretsmanager.Secret("key")


def test_every_price_of_the_list_is_charged() -> None:
    """Production and a stack with everything that production lacks cover all prices."""
    recorders = stack("prod").recorder, recorded(what_production_lacks)
    charged_for = {
        (used.service, used.price)
        for recorder in recorders
        for used in estimate.usage(recorder, BUSY)
        if used.units
    }
    services = {s: p for s, p in estimate.read_prices().items() if isinstance(p, dict)}
    listed = {(s, name) for s, prices in services.items() for name in prices if name != "source"}
    assert charged_for == listed


@pytest.mark.usefixtures("kept_runs")
def test_the_total_is_the_sum() -> None:
    charges = estimate.estimate("prod", BUSY)
    printed = estimate.table(charges).splitlines()[-1]
    assert printed.split() == ["total", f"{math.fsum(c.cost for c in charges):,.2f}"]


@pytest.mark.usefixtures("kept_runs")
def test_each_line_names_its_unit_within_80_columns() -> None:
    charges = estimate.estimate("prod", BUSY)
    lines = estimate.table(charges).splitlines()
    assert max(map(len, lines)) <= 80
    rows = [re.split(r"  +", line.strip()) for line in lines]
    said = {row[0]: row[1] for row in rows if len(row) == 3}
    assert said["create-user: snapshots kept"] == "5,256,000 GB-seconds"
    assert said["tables"] == "1 GB-month"
    assert said["files written"] == "300,000 PUT requests"
    assert said["interface endpoints, by zone"].endswith(" hours")
    assert re.fullmatch(r"\d\d\.\d\d GB", said["logs written"])  # not rounded to whole ones


def test_functions_are_ordered_by_cost_and_then_name() -> None:
    charges = [
        estimate.Charge("lambda", what, 1, "GB-s", price)
        for what, price in [
            ("b: invocations", 0.001), ("b: time", 1), ("z: time", 3), ("z: /tmp", 1),
            ("a: invocations", 0.002), ("a: time", 0.998),
        ]
    ]  # fmt: skip
    listed = [line.split()[0] for line in estimate.table(charges).splitlines()[2:-1]]
    assert listed == ["z:", "z:", "a:", "a:", "b:", "b:"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["prod", "--requests", "many"], "'many' is not an amount. Use a number from 0, such"),
        (["prod", "--requests", "-1"], "'-1' is not an amount"),
        (["prod", "--requests", "nan"], "'nan' is not an amount"),
        (["prod", "--requests", "inf"], "'inf' is not an amount"),
        (["prod", "--writes", "1.1"], "'1.1' is not a share. Use a number from 0 to 1."),
        ([], "STACK"),
    ],
)
def test_wrong_arguments_are_refused(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cost", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_an_unknown_stack_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cost", "production"]) == 2
    assert "There is no stack 'production'" in capsys.readouterr().err


def test_a_misspelt_key_ends_with_the_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    original = estimate.recorder.run
    settings = {f"{PROJECT}:uplaods": {"expireDays": 3}}
    monkeypatch.setattr(estimate.recorder, "run", lambda stack: original(stack, settings=settings))
    assert main(["cost", "dev"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert f"{PROJECT}:uplaods" in printed.err
    assert "Traceback" not in printed.err
