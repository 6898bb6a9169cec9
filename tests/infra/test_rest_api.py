"""The REST API: its routes, their validation, CORS, keys, domain, errors, and its deployment."""

import json
import re
from typing import Any

import pulumi
import pytest

from blueprint.documents.documents import OPENAPI
from blueprint.documents.openapi import openapi
from blueprint.recording import Recorder, arn
from handlers.domain.api import COMPONENTS, cached
from infra.function.image_function import ImageFunction
from infra.triggers.http import errors
from infra.triggers.http.cors import answer
from infra.triggers.http.model import shape
from infra.triggers.http.rest_api import Route
from tests.support.apis import NEW_USER, PLAN, api, body, function, needs, rest_api
from tests.support.functions import operations
from tests.support.stacks import STACKS, exported, inputs, of, recorded, stack

CERTIFICATE = "arn:aws:acm:eu-central-1:123456789012:certificate/1a2b3c4d"
DOMAIN = {"name": "api.example.com", "certificateArn": CERTIFICATE}


def trigger(made: Recorder) -> str:
    deployment = made.one("aws:apigateway/deployment:Deployment", "api-deployment")
    definition: str = deployment.inputs["triggers"]["definition"]
    return definition


# The deployment is replaced exactly when what it serves has changed.


@pytest.fixture(scope="module")
def deployed() -> str:
    return trigger(api())


def test_the_same_api_is_not_deployed_again(deployed: str) -> None:
    assert trigger(api(routes=two)) == deployed
    assert len(deployed) == 64


def two(users: ImageFunction, **changes: Any) -> list[Route]:
    """Return the standard routes with changes."""
    schema = NEW_USER | changes.get("schema", {})
    return [
        Route("GET", changes.get("path", "/users/{id}"), changes.get("target", users),
              {"operationId": changes.get("id", "getUser"),
               **needs(changes.get("scope", "users.read"))}),
        Route(changes.get("method", "POST"), "/users", users,
              {"operationId": "createUser", "summary": changes.get("summary", ""),
               **needs("users.write"), **body(schema)}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("config", "routes"),
    [
        ({"corsOrigins": ["https://a.example.com"]}, None),
        ({"authorization": "api_key", "usagePlan": PLAN}, None),
        ({"authorization": "cognito"}, None),
        ({"domain": DOMAIN}, None),
        (None, lambda f: two(f)[:1]),
        (None, lambda f: [*two(f), Route("DELETE", "/users/{id}", f, {})]),
        (None, lambda f: two(f, path="/users/{name}")),
        (None, lambda f: two(f, path="/people/{id}")),
        (None, lambda f: two(f, method="PUT")),
        (None, lambda f: two(f, target=function("create-user"))),
        (None, lambda f: two(f, id="readUser")),
        (None, lambda f: two(f, schema={"title": "Other"})),
        (None, lambda f: two(f, schema={"properties": {"name": {"type": "integer"}}})),
        (None, lambda f: two(f, schema={"properties": {"email": {"type": "string"}}})),
    ],
    ids=["CORS", "key", "token", "domain", "route gone", "route added", "parameter", "path",
         "method", "target", "operation", "model", "type of a member", "member"],
)  # fmt: skip
def test_a_change_is_deployed(deployed: str, config: Any, routes: Any) -> None:
    assert trigger(api(config, routes)) != deployed


def test_another_origin_is_deployed() -> None:
    origins = ["https://a.example.com"], ["https://b.example.com"]
    first, second = (trigger(api({"corsOrigins": o})) for o in origins)
    assert first != second


def test_another_answer_of_the_gateway_is_deployed(
    deployed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(errors.GATEWAY_ERRORS, "THROTTLED", (429, "Slow down"))
    assert trigger(api(routes=two)) != deployed


@pytest.mark.parametrize(
    ("config", "routes"),
    [
        ({"throttle": {"rateLimit": 1, "burstLimit": 1}}, None),
        ({"accountLogRole": True}, None),
        (None, lambda f: two(f, summary="Only words")),
    ],
    ids=["throttle", "account", "words"],
)
def test_what_the_stage_or_nobody_serves_is_not_deployed(
    deployed: str, config: Any, routes: Any
) -> None:
    assert trigger(api(config, routes)) == deployed


def test_limits_of_a_key_are_not_deployed() -> None:
    more = PLAN | {"rateLimit": 6, "quota": {"limit": 200, "period": "DAY"}}
    first, second = (
        trigger(api({"authorization": "api_key", "usagePlan": plan})) for plan in (PLAN, more)
    )
    assert first == second


# Routes


def test_routes_are_what_the_document_says() -> None:
    made = stack("prod")
    paths = {"root": ""}
    resources = made.recorder.all("aws:apigateway/resource:Resource")
    while len(paths) <= len(resources):
        for resource in resources:
            if resource.inputs["parentId"] in paths:
                parent = paths[resource.inputs["parentId"]]
                paths[f"{resource.name}-id"] = f"{parent}/{resource.inputs['pathPart']}"
    registered = {
        (paths[m.inputs["resourceId"]], m.inputs["httpMethod"].lower())
        for m in of(made, "apigateway/method:Method")
    }
    document = openapi(made.names["api"])
    documented = {(path, m) for path, methods in document["paths"].items() for m in methods}
    assert documented == {(r.path, r.method.lower()) for r in made.names["api"].routes}
    assert documented >= {("/users", "post")}
    assert registered == documented | {(path, "options") for path, _ in documented}
    operations = [o for methods in document["paths"].values() for o in methods.values()]
    named = {m.inputs.get("operationName") for m in of(made, "apigateway/method:Method")}
    assert named - {None} == {operation["operationId"] for operation in operations}


def test_paths_are_made_once_and_nested() -> None:
    def routes(users: ImageFunction) -> list[Route]:
        return [
            Route("GET", "/", users, {}),
            Route("GET", "/users/{id}/files", users, {}),
            Route("PUT", "/users/{id}", users, {}),
            Route("GET", "/users", users, {}),
        ]

    made = api(routes=routes)
    resources = made.all("aws:apigateway/resource:Resource")
    assert {r.name: (r.inputs["parentId"], r.inputs["pathPart"]) for r in resources} == {
        "api-users": ("root", "users"),
        "api-users-by-id": ("api-users-id", "{id}"),
        "api-users-by-id-files": ("api-users-by-id-id", "files"),
    }
    root = made.one("aws:apigateway/method:Method", "api-get")
    assert root.inputs["resourceId"] == "root"


def test_a_route_may_be_invoked_by_its_own_method_and_path_only() -> None:
    made = stack("prod")
    arns = {
        p.name: p.inputs["sourceArn"].partition(":api/")[2]
        for p in of(made, "lambda/permission:Permission")
        if p.inputs["principal"] == "apigateway.amazonaws.com" and ":api/" in p.inputs["sourceArn"]
    }
    assert arns["api-post-users-invoke"] == "prod/POST/users"
    assert arns["api-post-users-by-id-uploads-invoke"] == "prod/POST/users/*/uploads"
    assert sorted(arns.values()) == sorted(
        f"prod/{r.method}{re.sub('{[^}]*}', '*', r.path)}" for r in made.names["api"].routes
    )


def test_requests_are_validated() -> None:
    made = stack("prod")
    post = inputs(made, "apigateway/method:Method", "api-post-users")
    of_a_user = inputs(made, "apigateway/method:Method", "api-post-users-by-id-uploads")
    assert post["requestValidatorId"] == of_a_user["requestValidatorId"] == "api-validator-id"
    assert post["requestModels"] == {"application/json": "NewUser"}
    assert of_a_user["requestParameters"] == {"method.request.path.id": True}
    model = inputs(made, "apigateway/model:Model", "api-newuser-model")
    assert json.loads(model["schema"]) == {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "title": "NewUser",
        "type": "object",
        "properties": {
            "name": {"type": ["string", "null"]},
            "email": {"type": ["string", "null"]},
        },
    }
    assert set(COMPONENTS["NewUser"]["properties"]) == {"name", "email"}


def test_routes_that_take_one_type_share_its_model() -> None:
    """An API refuses a second model with the same name."""

    def routes(users: ImageFunction) -> list[Route]:
        operation = body({"$ref": "#/components/schemas/NewUser"})
        return [Route("POST", "/a", users, operation), Route("PUT", "/b", users, operation)]

    made = api(routes=routes, components={"NewUser": NEW_USER})
    [model] = made.all("aws:apigateway/model:Model")
    assert model.inputs["name"] == "NewUser"
    for method in made.all("aws:apigateway/method:Method"):
        assert method.inputs["requestModels"] == {"application/json": "NewUser"}


def test_the_shape_of_a_schema() -> None:
    """The function checks bounds and required fields, because it explains errors."""
    schema = NEW_USER | {"properties": {"n": {"type": "integer", "maximum": 3}, "any": {}}}
    assert shape(schema) == {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "title": "NewUser",
        "type": "object",
        "properties": {"n": {"type": ["number", "null"]}, "any": {}},
    }
    assert shape({"title": "Empty"})["properties"] == {}


@pytest.mark.parametrize(("timeout", "fits"), [(28, True), (29, False)])
def test_a_function_answers_before_the_gateway_gives_up(timeout: int, fits: bool) -> None:
    def routes(_users: ImageFunction) -> list[Route]:
        return [Route("GET", "/", function("nightly", timeout=timeout), {})]

    if fits:
        api(routes=routes)
    else:
        with pytest.raises(ValueError, match="nightly may take 29 s; API Gateway waits 29 s"):
            api(routes=routes)


# CORS


def test_without_origins_there_are_no_preflights() -> None:
    methods = of(stack("local"), "apigateway/method:Method")
    assert "OPTIONS" not in {m.inputs["httpMethod"] for m in methods}
    for response in of(stack("local"), "apigateway/response:Response"):
        assert not [h for h in response.inputs.get("responseParameters", {}) if "Allow" in h]


def test_a_preflight_allows_the_configured_origins_and_no_other() -> None:
    made = api({"corsOrigins": ["https://a.example.com", "http://localhost:3000"]})
    response = made.one(
        "aws:apigateway/integrationResponse:IntegrationResponse",
        "api-options-users-by-id-integration-response",
    )
    headers = response.inputs["responseParameters"]
    assert headers == {
        "method.response.header.Access-Control-Allow-Methods": "'GET,OPTIONS'",
        "method.response.header.Access-Control-Allow-Headers": (
            "'Content-Type,Idempotency-Key,If-None-Match'"
        ),
        "method.response.header.Access-Control-Max-Age": "'3600'",
        "method.response.header.Vary": "'Origin'",
    }
    assert response.inputs["responseTemplates"]["application/json"] == (
        '#set($origin = $input.params("Origin"))\n'
        '#if($origin == "")#set($origin = $input.params("origin"))#end\n'
        '#if($origin == "https://a.example.com" || $origin == "http://localhost:3000")\n'
        "#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)\n"
        "#end\n"
    )
    declared = made.one(
        "aws:apigateway/methodResponse:MethodResponse", "api-options-users-by-id-response"
    )
    assert set(declared.inputs["responseParameters"]) == {
        *headers,
        "method.response.header.Access-Control-Allow-Origin",
    }


def test_the_functions_know_the_origins() -> None:
    for name, origins in (("local", ""), ("prod", "https://app.example.com")):
        for fn in ("create-user", "request-upload"):
            variables = inputs(stack(name), "lambda/function:Function", fn)["environment"]
            assert variables["variables"]["CORS_ORIGINS"] == origins


def test_methods_of_one_path_share_a_preflight() -> None:
    headers, _ = answer(["https://a.example.com"], ["GET", "PUT"], "")
    assert headers["Access-Control-Allow-Methods"] == "GET,PUT,OPTIONS"

    def routes(users: ImageFunction) -> list[Route]:
        return [Route("GET", "/users", users, {}), Route("POST", "/users", users, {})]

    made = api({"corsOrigins": ["https://a.example.com"]}, routes)
    methods = [m.inputs["httpMethod"] for m in made.all("aws:apigateway/method:Method")]
    assert sorted(methods) == ["GET", "OPTIONS", "POST"]


# Errors of the gateway itself


def test_the_gateways_errors() -> None:
    made = stack("prod")
    answers = {
        r.inputs["responseType"]: (
            r.inputs.get("statusCode"),
            json.loads(r.inputs["responseTemplates"]["application/json"]),
        )
        for r in of(made, "apigateway/response:Response")
    }
    assert {kind: status for kind, (status, _) in answers.items()} == {
        "DEFAULT_4XX": None,
        "DEFAULT_5XX": None,
        "ACCESS_DENIED": "403",
        "API_CONFIGURATION_ERROR": "500",
        "BAD_REQUEST_BODY": "400",
        "BAD_REQUEST_PARAMETERS": "400",
        "EXPIRED_TOKEN": "401",
        "INTEGRATION_FAILURE": "504",
        "INTEGRATION_TIMEOUT": "504",
        "INVALID_API_KEY": "403",
        "MISSING_AUTHENTICATION_TOKEN": "404",
        "QUOTA_EXCEEDED": "429",
        "REQUEST_TOO_LARGE": "413",
        "RESOURCE_NOT_FOUND": "404",
        "THROTTLED": "429",
        "UNAUTHORIZED": "401",
        "UNSUPPORTED_MEDIA_TYPE": "415",
        "WAF_FILTERED": "403",
    }
    for _, error in answers.values():
        assert list(error) == ["error"]
        assert isinstance(error["error"], str)
        assert error["error"]


def test_who_may_try_again_is_told_when() -> None:
    told = {
        r.inputs["responseType"]
        for r in of(stack("prod"), "apigateway/response:Response")
        if "gatewayresponse.header.Retry-After" in r.inputs.get("responseParameters", {})
    }
    assert told == {"THROTTLED", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"}


def test_who_sent_no_good_token_is_told_how_to_send_one() -> None:
    """HTTP requires this of every 401."""
    told = {
        r.inputs["responseType"]: header
        for r in of(stack("prod"), "apigateway/response:Response")
        if (
            header := r.inputs.get("responseParameters", {}).get(
                "gatewayresponse.header.WWW-Authenticate"
            )
        )
        or r.inputs.get("statusCode") == "401"
    }
    assert told == {"UNAUTHORIZED": "'Bearer'", "EXPIRED_TOKEN": "'Bearer'"}


@pytest.mark.parametrize(
    ("origins", "header"),
    [
        ([], None),
        (["https://a.example.com"], "'https://a.example.com'"),
        (["https://a.example.com", "https://b.example.com"], None),  # it can name one only
    ],
)
def test_which_browser_may_read_the_gateways_errors(origins: list[str], header: str | None) -> None:
    for response in errors.answers(origins).values():
        name = "gatewayresponse.header.Access-Control-Allow-Origin"
        assert response["response_parameters"].get(name) == header


def test_the_document_lists_what_the_gateway_may_answer() -> None:
    document = json.loads(OPENAPI.read_text())
    described = {
        operation["operationId"]: (method, operation)
        for path in document["paths"].values()
        for method, operation in path.items()
    }
    of_the_gateway = {"401", "403", "429", "504"}
    assert described.keys() == {own["operationId"] for own in operations().values()}
    for own in operations().values():
        method, operation = described[own["operationId"]]
        if method == "get":
            own = cached(own)
        assert set(operation["responses"]) == set(own["responses"]) | of_the_gateway
        for status in of_the_gateway:
            answer = operation["responses"][status]
            schema = answer["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Error"}
            header = {"401": {"WWW-Authenticate"}, "403": set()}.get(status, {"Retry-After"})
            assert set(answer.get("headers", {})) == header
        said = operation["responses"]["429"]["description"]
        assert said == "Quota exceeded. Too many requests, try again."
        # The function's own words for a status are kept, and links to operations that there are.
        for status in set(own["responses"]) - of_the_gateway:
            words = dict(own["responses"][status])
            links = words.pop("links", {})
            if kept := {k: link for k, link in links.items() if link["operationId"] in described}:
                words["links"] = kept
            assert operation["responses"][status] == words


def test_the_document_has_no_link_to_an_operation_that_is_not_there() -> None:
    links = {name: {"operationId": name} for name in ("getUser", "removed")}
    responses = {"201": {"description": "Created.", "links": links}}
    documents: list[dict[str, Any]] = []

    def program() -> None:
        users = function()
        create = {"operationId": "createUser", "responses": responses}
        answers = {"200": {"description": "The user."}}
        read = {"operationId": "getUser", "responses": answers}
        routes = [Route("POST", "/users", users, create), Route("GET", "/users/{id}", users, read)]
        documents.append(openapi(rest_api(routes=routes, components=COMPONENTS)))

    recorded(program)
    created = documents[0]["paths"]["/users"]["post"]["responses"]["201"]
    assert list(created["links"]) == ["getUser"]


def test_the_document_lists_what_every_get_has_for_caches() -> None:
    for path in json.loads(OPENAPI.read_text())["paths"].values():
        for method, operation in path.items():
            names = {parameter["name"] for parameter in operation.get("parameters", [])}
            assert ("If-None-Match" in names) is ("304" in operation["responses"])
            assert ("304" in operation["responses"]) is (method == "get")
            if method == "get":
                for status in ("200", "304"):
                    assert {"ETag", "Cache-Control"} <= set(
                        operation["responses"][status]["headers"]
                    )
                assert "content" not in operation["responses"]["304"]


def test_no_cache_keeps_the_gateways_errors() -> None:
    for response in of(stack("prod"), "apigateway/response:Response"):
        headers = response.inputs["responseParameters"]
        assert headers["gatewayresponse.header.Cache-Control"] == "'no-store'"


def test_what_an_operation_does_not_list_is_the_gateways() -> None:
    without = errors.documented({})
    assert list(without) == ["401", "403", "429", "504"]
    with_body = errors.documented({"responses": {"201": {}}, **body(NEW_USER)})
    assert list(with_body) == ["201", "400", "401", "403", "413", "429", "504"]
    assert with_body["413"]["description"] == "Request body too large."


# Domain


IN_A_ZONE = {"domain": DOMAIN | {"hostedZoneId": "Z1"}}


def test_an_own_domain() -> None:
    made = api(IN_A_ZONE)
    assert made.one("aws:apigateway/domainName:DomainName", "api-access-domain").inputs == {
        "domainName": "api.example.com",
        "regionalCertificateArn": DOMAIN["certificateArn"],
        "endpointConfiguration": {"types": "REGIONAL"},
        "securityPolicy": "TLS_1_2",
    }
    mapping = made.one("aws:apigateway/basePathMapping:BasePathMapping", "api-access-base-path")
    assert mapping.inputs == {
        "restApi": "api-id",
        "stageName": "dev",
        "domainName": "api.example.com",
    }
    assert made.one("aws:route53/record:Record", "api-access-alias").inputs == {
        "zoneId": "Z1",
        "name": "api.example.com",
        "type": "A",
        "aliases": [
            {"name": "d.example.com", "zoneId": "Z1", "evaluateTargetHealth": False},
        ],
    }


@pytest.mark.parametrize(
    ("config", "url"),
    [(IN_A_ZONE, "https://api.example.com"), ({}, "https://api-stage.example.com/stage")],
)
def test_its_url(config: dict[str, Any], url: str) -> None:
    def program() -> None:
        routes = [Route("GET", "/users", function(), needs("users.read"))]
        pulumi.export("url", rest_api(config, routes).url)

    assert exported(program) == {"url": url}


def test_an_own_domain_cannot_be_walked_around() -> None:
    for config, closed in ((IN_A_ZONE, True), ({}, False)):
        inputs = api(config).one("aws:apigateway/restApi:RestApi", "api").inputs
        assert inputs["disableExecuteApiEndpoint"] is closed


def test_an_own_domain_without_a_zone() -> None:
    made = api({"domain": DOMAIN})
    assert made.all("aws:route53/record:Record") == []
    assert len(made.all("aws:apigateway/domainName:DomainName")) == 1


@pytest.mark.parametrize("name", STACKS)
def test_the_accounts_log_role_is_left_to_others(name: str) -> None:
    """It is everybody's in the account and region."""
    assert stack(name).recorder.all("aws:apigateway/account:Account") == []
    roles = {r.name for r in of(stack(name), "iam/role:Role")}
    assert "api-stage-log-role" not in roles


def test_the_accounts_log_role_is_set_where_it_is_asked_for() -> None:
    made = api({"accountLogRole": True})
    account = made.one("aws:apigateway/account:Account", "api-stage-account")
    assert account.inputs == {"cloudwatchRoleArn": arn("aws:iam/role:Role", "api-stage-log-role")}
    kept = {r.name for r in made.resources if r.options.retain_on_delete}
    assert {"api-stage-log-role", "api-stage-log-policy", "api-stage-account"} <= kept
    # The gateway refuses to log without a role that may.
    policy = ("aws:iam/rolePolicy:RolePolicy", "api-stage-log-policy")
    assert policy in account.options.depends_on
    stage = made.one("aws:apigateway/stage:Stage", "api-stage")
    assert ("aws:apigateway/account:Account", "api-stage-account") in stage.options.depends_on


# The stage


def test_the_stage() -> None:
    made = stack("prod")
    stage = inputs(made, "apigateway/stage:Stage", "api-stage")
    assert stage["stageName"] == "prod"
    record = json.loads(stage["accessLogSettings"]["format"])
    assert set(record) == {
        "requestId", "time", "method", "route", "status", "responseBytes", "latencyMs",
        "integrationMs", "error", "apiKeyId", "clientId", "trace",
    }  # fmt: skip
    # Of the caller no address, no agent and no name, and of the path no values.
    private = (
        "sourceIp", "userAgent", "context.path", "identity.user", "identity.caller", "claims.sub",
        "username", "email", "principalId",
    )  # fmt: skip
    assert not [v for v in record.values() if any(p in v for p in private)]
    settings = inputs(made, "apigateway/methodSettings:MethodSettings", "api-stage-settings")
    assert settings["settings"] == {
        "metricsEnabled": True,
        "loggingLevel": "ERROR",
        "dataTraceEnabled": False,
        "throttlingRateLimit": 200,
        "throttlingBurstLimit": 300,
    }
    log = inputs(made, "cloudwatch/logGroup:LogGroup", "api-stage-execution-log")
    assert log["name"] == "API-Gateway-Execution-Logs_api-id/prod"
