"""Who may call the API, in each of the three ways: what is made, and what methods ask for."""

import json
from typing import Any

import pulumi
import pytest

from blueprint.documents.documents import OPENAPI
from blueprint.documents.openapi import openapi
from blueprint.project import stack_settings
from blueprint.recording import Recorder
from handlers.domain.api import SCOPES as OF_THE_PROGRAM
from infra.access.callers import Callers, CallersArgs
from infra.config.api import Api
from infra.config.stack import StackConfig
from infra.function.image_function import ImageFunction
from infra.stack import stack_of
from infra.triggers.http.authorization import scopes
from infra.triggers.http.rest_api import Route
from tests.support.apis import PLAN, SCOPES, api, needs
from tests.support.configuration import loaded, refused
from tests.support.functions import operations
from tests.support.stacks import PROJECT, exported, inputs, of, recorded, stack

POOL = "arn:aws:cognito-idp:eu-central-1:210987654321:userpool/eu-central-1_AbCdEfGhI"
UNKNOWN = "known when it is made"
METHOD = "aws:apigateway/method:Method"
ORIGINS = ["https://a.example.com"]
FIREWALL = {"firewall": {"rateLimit": 1_000}}  # which production may not be without
KEY = {"authorization": "api_key", "usagePlan": PLAN}
TOKEN: dict[str, Any] = {"authorization": "cognito", "cognito": {}}

# Many runs of the same lines: tracing them for coverage makes them four times slower.
pytestmark = pytest.mark.no_cover


def required_of_callers(made: Recorder) -> dict[str, tuple[Any, ...]]:
    """Return what each method requires: authorization, authorizer, scopes, key."""
    wanted = ("authorization", "authorizerId", "authorizationScopes", "apiKeyRequired")
    return {
        m.name: tuple(
            UNKNOWN if isinstance(value, pulumi.output.Unknown) else value
            for value in map(m.inputs.get, wanted)
        )
        for m in made.all(METHOD)
    }


def types(made: Recorder) -> set[str]:
    return {r.type for r in made.resources if r.custom}


OF_A_POOL = {
    "aws:cognito/userPool:UserPool",
    "aws:cognito/resourceServer:ResourceServer",
    "aws:cognito/userPoolDomain:UserPoolDomain",
    "aws:cognito/userPoolClient:UserPoolClient",
}
OF_A_KEY = {
    "aws:apigateway/apiKey:ApiKey",
    "aws:apigateway/usagePlan:UsagePlan",
    "aws:apigateway/usagePlanKey:UsagePlanKey",
}
AUTHORIZER = "aws:apigateway/authorizer:Authorizer"


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize(
    ("config", "made_for_it"),
    [
        ({}, set()),
        (KEY, OF_A_KEY),
        (TOKEN, {*OF_A_POOL, AUTHORIZER}),
        (TOKEN | {"cognito": {"userPoolArn": POOL}}, {AUTHORIZER}),
    ],
    ids=["nothing", "key", "token", "token of a pool that exists"],
)
def test_what_is_made(config: dict[str, Any], made_for_it: set[str], preview: bool) -> None:
    made = types(api(config | {"corsOrigins": ORIGINS}, preview=preview))
    assert made & {*OF_A_POOL, *OF_A_KEY, AUTHORIZER} == made_for_it


@pytest.mark.parametrize("preview", [False, True])
def test_nothing_is_asked_for(preview: bool) -> None:
    assert required_of_callers(api({"corsOrigins": ORIGINS}, preview=preview)) == {
        "api-get-users-by-id": ("NONE", None, None, False),
        "api-post-users": ("NONE", None, None, False),
        "api-options-users-by-id": ("NONE", None, None, None),
        "api-options-users": ("NONE", None, None, None),
    }


@pytest.mark.parametrize("preview", [False, True])
def test_a_key_is_asked_for_by_every_method_but_preflights(preview: bool) -> None:
    assert required_of_callers(api(KEY | {"corsOrigins": ORIGINS}, preview=preview)) == {
        "api-get-users-by-id": ("NONE", None, None, True),
        "api-post-users": ("NONE", None, None, True),
        "api-options-users-by-id": ("NONE", None, None, None),
        "api-options-users": ("NONE", None, None, None),
    }


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize(
    ("cognito", "identifier"),
    [
        ({}, PROJECT),
        ({"resourceServer": "https://api.example.com"}, "https://api.example.com"),
        ({"userPoolArn": POOL}, PROJECT),
        ({"userPoolArn": POOL, "resourceServer": "users-api"}, "users-api"),
    ],
)
def test_a_token_with_its_scope_is_asked_for_by_every_method_but_preflights(
    cognito: dict[str, str], identifier: str, preview: bool
) -> None:
    made = api(TOKEN | {"cognito": cognito, "corsOrigins": ORIGINS}, preview=preview)
    by = UNKNOWN if preview else "api-authorizer-id"
    assert required_of_callers(made) == {
        "api-get-users-by-id": ("COGNITO_USER_POOLS", by, [f"{identifier}/users.read"], False),
        "api-post-users": ("COGNITO_USER_POOLS", by, [f"{identifier}/users.write"], False),
        "api-options-users-by-id": ("NONE", None, None, None),
        "api-options-users": ("NONE", None, None, None),
    }


def test_production_asks_for_tokens() -> None:
    methods = of(stack("prod"), "apigateway/method:Method")
    served = [m for m in methods if m.inputs["httpMethod"] != "OPTIONS"]
    assert {m.inputs["authorization"] for m in served} == {"COGNITO_USER_POOLS"}
    assert all(m.inputs["authorizationScopes"] for m in served)
    scopes = {m.name: m.inputs["authorizationScopes"] for m in served}
    assert scopes["api-post-users"] == [f"{PROJECT}/users.write"]
    assert {scope for found in scopes.values() for scope in found} <= {
        f"{PROJECT}/{scope}" for scope in OF_THE_PROGRAM
    }


def test_whose_tokens_count() -> None:
    for config, arn in (
        (TOKEN, "arn:aws:cognito:eu-central-1:123456789012:callers-pool"),
        (TOKEN | {"cognito": {"userPoolArn": POOL}}, POOL),
    ):
        assert api(config).one(AUTHORIZER, "api-authorizer").inputs == {
            "restApi": "api-id",
            "type": "COGNITO_USER_POOLS",
            "providerArns": [arn],
            "identitySource": "method.request.header.Authorization",
            "authorizerResultTtlInSeconds": 0,
        }


def trigger(config: dict[str, Any], *scopes: str) -> str:
    def routes(read: ImageFunction) -> list[Route]:
        return [Route("GET", "/users", read, needs(*scopes))]

    made = api(config, routes).one("aws:apigateway/deployment:Deployment", "api-deployment")
    definition: str = made.inputs["triggers"]["definition"]
    return definition


def test_what_changes_who_may_call_is_deployed() -> None:
    others: list[tuple[dict[str, Any], list[str]]] = [
        ({}, ["users.read"]),
        (KEY, ["users.read"]),
        (TOKEN, ["users.read"]),
        (TOKEN, ["users.write"]),
        (TOKEN, ["users.read", "users.write"]),
        (TOKEN | {"cognito": {"userPoolArn": POOL}}, ["users.read"]),
        (TOKEN | {"cognito": {"resourceServer": "users-api"}}, ["users.read"]),
    ]
    assert len({trigger(config, *named) for config, named in others}) == len(others)


@pytest.mark.parametrize(
    ("config", "header"), [({}, None), (KEY, "X-Api-Key"), (TOKEN, "Authorization")]
)
def test_a_browser_may_send_what_is_asked_for(config: dict[str, Any], header: str | None) -> None:
    made = api(config | {"corsOrigins": ORIGINS})
    response = made.one(
        "aws:apigateway/integrationResponse:IntegrationResponse",
        "api-options-users-integration-response",
    )
    name = "method.response.header.Access-Control-Allow-Headers"
    allowed = response.inputs["responseParameters"][name].strip("'").split(",")
    headers = ["Content-Type", "Idempotency-Key", "If-None-Match"]
    assert allowed == [*headers, *([header] if header else [])]


# The scope that an operation names


WITHOUT_A_SCOPE: list[dict[str, Any]] = [
    {"operationId": "x"},
    *(
        {"operationId": "x", "security": security}
        for security in (
            [], [{}], [{"ApiKey": []}], [{"Token": []}], [{"Token": ["users.read", "users.write"]}]
        )
    ),
]  # fmt: skip
REFUSED = r"operation 'x' has `security` .* must name one scope"


@pytest.mark.parametrize("operation", WITHOUT_A_SCOPE)
def test_an_operation_without_a_scope(operation: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=REFUSED):
        scopes(operation)


def test_a_route_that_names_no_scope_is_refused_where_tokens_are_asked_for() -> None:
    """Otherwise every token of the pool would be accepted, even id tokens."""

    def routes(read: ImageFunction) -> list[Route]:
        return [Route("GET", f"/{n}", read, each) for n, each in enumerate(WITHOUT_A_SCOPE)]

    with pytest.raises(ValueError, match=REFUSED):
        api(TOKEN, routes)
    for config in ({}, KEY):
        made = api(config, routes)
        assert len(made.all(METHOD)) == len(WITHOUT_A_SCOPE)


def test_a_route_may_be_open_to_several_scopes() -> None:
    assert scopes(needs("users.read", "users.write")) == ["users.read", "users.write"]


def test_a_scope_that_no_resource_server_has() -> None:
    def routes(read: ImageFunction) -> list[Route]:
        return [Route("GET", "/users", read, needs("users.delete"))]

    with pytest.raises(
        ValueError, match=r"no scope 'users\.delete'; there are: users\.read, users\.write"
    ):
        api(TOKEN, routes)


def test_every_route_has_a_scope() -> None:
    named = [scopes(operation) for operation in operations().values()]
    assert all(named)
    assert {scope for each in named for scope in each} <= set(OF_THE_PROGRAM)


def test_the_document_names_what_to_send() -> None:
    """One document serves all stacks, which require nothing, a key or a token."""
    document = json.loads(OPENAPI.read_text())
    assert document == openapi(stack("local").names["api"])
    assert "security" not in document
    for path, scope in (("/users", "users.write"), ("/users/{id}/uploads", "uploads.write")):
        operation = document["paths"][path]["post"]
        assert operation["security"] == [{}, {"ApiKey": []}, {"Token": [scope]}]
    key, token = (document["components"]["securitySchemes"][name] for name in ("ApiKey", "Token"))
    assert (key["type"], key["in"], key["name"]) == ("apiKey", "header", "x-api-key")
    assert (token["type"], token["scheme"]) == ("http", "bearer")


# The pool


def callers(cognito: dict[str, Any] | None = None, *, retain: bool = True) -> Recorder:
    config = Api.model_validate(TOKEN | ({"cognito": cognito} if cognito else {}))
    return recorded(
        lambda: Callers("callers", CallersArgs(config=config, retain=retain, scopes=SCOPES))
    )


@pytest.mark.parametrize("retain", [True, False])
def test_the_pool(retain: bool) -> None:
    pool = callers(retain=retain).one("aws:cognito/userPool:UserPool", "callers-pool")
    assert pool.inputs == {
        "adminCreateUserConfig": {"allowAdminCreateUserOnly": True},
        "usernameAttributes": ["email"],
        "usernameConfiguration": {"caseSensitive": False},
        "autoVerifiedAttributes": ["email"],
        "accountRecoverySetting": {
            "recoveryMechanisms": [{"name": "verified_email", "priority": 1}]
        },
        "passwordPolicy": {
            "minimumLength": 12,
            "requireLowercase": True,
            "requireNumbers": True,
            "requireSymbols": True,
            "requireUppercase": True,
            "temporaryPasswordValidityDays": 7,
        },
        "mfaConfiguration": "ON",
        "softwareTokenMfaConfiguration": {"enabled": True},
        "userPoolTier": "LITE",
        "deletionProtection": "ACTIVE" if retain else "INACTIVE",
    }
    assert pool.options.protect is retain


def test_the_scopes() -> None:
    server = callers().one("aws:cognito/resourceServer:ResourceServer", "callers-scopes")
    assert server.inputs == {
        "identifier": PROJECT,
        "userPoolId": "callers-pool-id",
        "scopes": [
            {"scopeName": "users.read", "scopeDescription": "Read users"},
            {"scopeName": "users.write", "scopeDescription": "Create users"},
        ],
    }


EVERY_CLIENT = {
    "userPoolId": "callers-pool-id",
    "allowedOauthFlowsUserPoolClient": True,
    "explicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"],
    "preventUserExistenceErrors": "ENABLED",
    "enableTokenRevocation": True,
    "accessTokenValidity": 60,
    "tokenValidityUnits": {"accessToken": "minutes"},
}
ALL_SCOPES = [f"{PROJECT}/users.read", f"{PROJECT}/users.write"]


def test_a_programs_client() -> None:
    [client] = callers().all("aws:cognito/userPoolClient:UserPoolClient")
    assert client.name == "callers-program"
    assert client.inputs == EVERY_CLIENT | {
        "generateSecret": True,
        "allowedOauthFlows": ["client_credentials"],
        "allowedOauthScopes": ALL_SCOPES,
    }
    # A client may have only scopes that exist.
    server = ("aws:cognito/resourceServer:ResourceServer", "callers-scopes")
    assert server in client.options.depends_on


def test_a_web_apps_client() -> None:
    urls = ["https://app.example.com/callback", "http://localhost:3000/"]
    made = callers({"callbackUrls": urls})
    assert len(made.all("aws:cognito/userPoolClient:UserPoolClient")) == 2
    client = made.one("aws:cognito/userPoolClient:UserPoolClient", "callers-web")
    assert client.inputs == EVERY_CLIENT | {
        "generateSecret": False,  # a browser keeps none
        "allowedOauthFlows": ["code"],
        "allowedOauthScopes": ["openid", *ALL_SCOPES],
        "callbackUrls": urls,
        "logoutUrls": urls,
        "supportedIdentityProviders": ["COGNITO"],
    }


def test_people_do_not_get_the_scopes_of_services() -> None:
    config = Api.model_validate(TOKEN | {"cognito": {"callbackUrls": ["https://a.example/"]}})
    args = CallersArgs(config=config, retain=True, scopes=SCOPES, service_scopes=["users.read"])
    made = recorded(lambda: Callers("callers", args))
    allowed = {
        client.name: client.inputs["allowedOauthScopes"]
        for client in made.all("aws:cognito/userPoolClient:UserPoolClient")
    }
    assert allowed == {
        "callers-program": ALL_SCOPES,
        "callers-web": ["openid", f"{PROJECT}/users.write"],
    }


def test_the_domains_name_is_taken_by_nobody_else_and_allowed() -> None:
    domain = callers().one("aws:cognito/userPoolDomain:UserPoolDomain", "callers-domain")
    prefix = domain.inputs["domain"]
    assert domain.inputs["userPoolId"] == "callers-pool-id"
    assert prefix.startswith("auth-")
    assert len(prefix.removeprefix("auth-")) == 16
    assert set(prefix.removeprefix("auth-")) <= set("0123456789abcdef")


# What the stack tells


def told(config: dict[str, Any], *, preview: bool) -> set[str]:
    """Return the names of what a stack exports of its callers."""
    own = StackConfig.model_validate({"api": config})
    return set(
        exported(
            lambda: stack_of(own, key="key").callers("callers", scopes=SCOPES), preview=preview
        )
    )


@pytest.mark.parametrize("preview", [False, True])
def test_of_a_pool_that_exists_nothing_is_told(preview: bool) -> None:
    of_our_own = {"user_pool_id", "token_endpoint", "client_id", "client_secret"}
    assert told(TOKEN, preview=preview) == of_our_own
    assert told(TOKEN | {"cognito": {"userPoolArn": POOL}}, preview=preview) == set()


def test_where_tokens_come_from() -> None:
    outputs = stack("prod").outputs
    prefix = inputs(stack("prod"), "cognito/userPoolDomain:UserPoolDomain", "callers-domain")
    assert outputs["token_endpoint"] == (
        f"https://{prefix['domain']}.auth.eu-central-1.amazoncognito.com/oauth2/token"
    )
    assert outputs["user_pool_id"] == "callers-pool-id"
    assert outputs["client_id"] == "callers-program-id"
    assert outputs["client_secret"] == "secret"
    assert outputs["web_client_id"] == "callers-web-id"


def test_the_secret_is_nowhere_but_in_its_output() -> None:
    for resource in stack("prod").recorder.resources:
        assert "clientSecret" not in resource.inputs
        assert "secret" not in json.dumps(resource.inputs).split('"')


# Keys


def test_a_key_and_its_plan() -> None:
    made = api(KEY)
    assert made.one("aws:apigateway/usagePlan:UsagePlan", "api-access-plan").inputs == {
        "apiStages": [{"apiId": "api-id", "stage": "dev"}],
        "throttleSettings": {"rateLimit": 5, "burstLimit": 10},
        "quotaSettings": {"limit": 100, "period": "DAY"},
    }
    [key] = made.all("aws:apigateway/usagePlanKey:UsagePlanKey")
    assert key.inputs["keyId"] == "api-access-key-id"
    assert key.inputs["usagePlanId"] == "api-access-plan-id"


def test_a_plan_without_a_quota() -> None:
    made = api({"authorization": "api_key", "usagePlan": {"rateLimit": 1, "burstLimit": 1}})
    plan = made.one("aws:apigateway/usagePlan:UsagePlan", "api-access-plan")
    assert "quotaSettings" not in plan.inputs


def test_production_is_not_open_to_everybody() -> None:
    settings = stack_settings("prod")
    [problem] = refused(settings | {f"{PROJECT}:api": FIREWALL}, stack="prod")
    assert problem.startswith("api.authorization: must be cognito, or at least api_key")
    for access in (KEY, TOKEN):
        assert loaded(settings | {f"{PROJECT}:api": access | FIREWALL}, stack="prod")
