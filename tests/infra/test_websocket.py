"""The WebSocket API: routes, the stage, and what is deployed when."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from blueprint.recording import Recorder
from infra.triggers.websocket.api import WebSocketApi
from infra.triggers.websocket.stage import WebSocketStage, WebSocketStageArgs
from tests.support.apis import CONFIG, function
from tests.support.stacks import PROJECT, STACKS, inputs, of, recorded, stack

pytestmark = pytest.mark.needs("live_push")
V2 = "aws:apigatewayv2/"


@cache
def live() -> Recorder:
    return made()


def made(*, timeout: int = 20, more: Sequence[str] = ()) -> Recorder:
    """Make a WebSocket API of two functions; ``more``: further routes."""

    def program() -> None:
        functions = {name: function(name, timeout=timeout) for name in ("create-user", "get-user")}
        api = WebSocketApi("live")
        WebSocketStage(
            "live-stage",
            WebSocketStageArgs(
                api=api,
                routes={
                    "$connect": functions["create-user"],
                    "talk": functions["get-user"],
                    **dict.fromkeys(more, functions["get-user"]),
                },
                throttle=CONFIG.api.throttle,
                log_retention_days=7,
            ),
        )

    return recorded(program)


def trigger(recorder: Recorder) -> str:
    deployment = recorder.one(f"{V2}deployment:Deployment", "live-stage-deployment")
    text: str = deployment.inputs["triggers"]["definition"]
    return text


def test_each_route_invokes_its_function_and_replies() -> None:
    recorder = live()
    routes = {r.inputs["routeKey"]: r.inputs for r in recorder.all(f"{V2}route:Route")}
    assert routes == {
        "$connect": {
            "apiId": "live-id",
            "routeKey": "$connect",
            "target": "integrations/live-stage-create-user-id",
        },
        "talk": {
            "apiId": "live-id",
            "routeKey": "talk",
            "target": "integrations/live-stage-get-user-id",
            "routeResponseSelectionExpression": "$default",
        },
    }
    [response] = recorder.all(f"{V2}routeResponse:RouteResponse")
    assert response.inputs == {
        "apiId": "live-id",
        "routeId": "live-stage-talk-id",
        "routeResponseKey": "$default",
    }
    sources = {
        p.inputs["sourceArn"].rpartition("/")[2]: p.inputs["function"]
        for p in recorder.all("aws:lambda/permission:Permission")
    }
    assert sources == {"$connect": "create-user", "talk": "get-user"}


def test_a_route_is_deployed_when_it_changes() -> None:
    recorder = live()
    assert trigger(recorder) == trigger(made())
    assert trigger(recorder) != trigger(made(more=["shout"]))
    waited = recorder.one(f"{V2}deployment:Deployment", "live-stage-deployment").options.depends_on
    for each in recorder.resources:
        if each.type.startswith(V2) and not each.type.endswith(("Deployment", "Stage")):
            assert (each.type, each.name) in waited


@pytest.mark.parametrize(
    ("kind", "argument", "value"),
    [
        ("Route", "operation_name", "x"),
        ("Integration", "timeout_milliseconds", 1_000),
        ("Api", "description", "x"),
        ("RouteResponse", "model_selection_expression", "x"),
    ],
)
def test_a_change_of_an_argument_is_deployed(kind: str, argument: str, value: Any) -> None:
    cls = getattr(aws.apigatewayv2, f"{kind}Args")
    original = cls.__init__

    def init(self: object, **given: Any) -> None:
        original(self, **{**given, argument: value})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cls, "__init__", init)
        changed = made()
    assert trigger(changed) != trigger(live())


def test_functions_answer_before_the_gateway_gives_up() -> None:
    with pytest.raises(ValueError, match="API Gateway waits 29 s"):
        made(timeout=29)


@pytest.mark.parametrize("name", STACKS)
def test_the_stage_logs_no_personal_data_and_is_throttled(name: str) -> None:
    stage = inputs(stack(name), "apigatewayv2/stage:Stage", "live-stage")
    assert stage["name"] == name
    record = json.loads(stage["accessLogSettings"]["format"])
    assert "$context.requestId" in record.values()
    assert not [v for v in record.values() if "identity" in v or "authorizer" in v]
    settings = stage["defaultRouteSettings"]
    assert settings["dataTraceEnabled"] is False
    assert settings["loggingLevel"] == "ERROR"
    assert settings["throttlingRateLimit"] > 0
    groups = {r.inputs["name"]: r.inputs for r in of(stack(name), "cloudwatch/logGroup:LogGroup")}
    days = groups[f"/aws/apigateway/{PROJECT}-{name}"]["retentionInDays"]
    for group in (
        f"/aws/apigateway/{PROJECT}-{name}-live-stage",
        f"/aws/apigateway/live-id/{name}",
    ):
        assert groups[group]["retentionInDays"] == days


@pytest.mark.parametrize("emulated", [False, True])
def test_where_clients_and_functions_reach_it(
    emulated: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "http://localhost:4566" if emulated else None
    monkeypatch.setattr("infra.triggers.websocket.api.emulator_url", lambda: url)
    found: list[str] = []

    def program() -> None:
        api = WebSocketApi("live")
        pulumi.Output.all(api.url, api.endpoint).apply(found.extend)

    recorded(program)
    host = "live.execute-api.eu-central-1.amazonaws.com/dev"
    path = "localhost:4566/_aws/execute-api/live-id/dev"
    assert found == (
        [f"ws://{path}", f"http://{path}"] if emulated else [f"wss://{host}", f"https://{host}"]
    )


def test_the_stage_is_made_after_the_accounts_role_for_logs() -> None:
    stage = stack("prod").recorder.one(f"{V2}stage:Stage", "live-stage")
    assert ("aws:apigateway/stage:Stage", "api-stage") in stage.options.depends_on
