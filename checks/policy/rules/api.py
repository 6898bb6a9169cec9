"""Rows 22 to 26 and 28 to 33: REST APIs."""

import json
import re

from .model import FUNCTION, STAGE, UNKNOWN, Resource, Stack, Undecided
from .rule import Problems, describe, is_number, must, must_be_set, only_if, rule
from .waivers import NO_BODY, PREFLIGHT

API = "apigateway/restApi:RestApi"
METHOD = "apigateway/method:Method"
METHOD_SETTINGS = "apigateway/methodSettings:MethodSettings"
RESPONSE = "apigateway/response:Response"
BUCKET_CORS = "s3/bucketCorsConfiguration:BucketCorsConfiguration"
INTEGRATION_RESPONSE = "apigateway/integrationResponse:IntegrationResponse"

_SECURE = re.compile(r"TLS_1_2|SecurityPolicy_TLS1[23]_\w+")
# Matches the quoted values of the gateway's mappings and every spelling in a template.
# S3 lets a wildcard stand in an origin: in https://* and http*, no name follows it.
_ANY_ORIGIN = re.compile(r"Allow-Origin['\"]?\s*[=:]\s*['\"]?\*|\*(:[0-9*]+)?['\"]?$")


def _settings_for_all_methods(stage: Resource, stack: Stack) -> Problems:
    """Yield a problem if a stage has no settings that apply to all methods."""
    if not _settings(stage, stack):
        yield "no MethodSettings with methodPath */* refers to its stageName; give it one"


def _settings(stage: Resource, stack: Stack) -> list[Resource]:
    settings = stack.referring(METHOD_SETTINGS, "stageName", stage)
    return [s for s in settings if s.get("methodPath") == "*/*"]


@rule(22, "APIGateway.1, CK2_4, Nag-APIG6", STAGE)
def execution_log(stage: Resource, stack: Stack) -> Problems:
    """Stages log execution errors."""
    yield from _settings_for_all_methods(stage, stack)
    for settings in _settings(stage, stack):
        yield from must(
            settings,
            ["settings", "loggingLevel"],
            {"ERROR", "INFO"}.__contains__,
            "it must be ERROR or INFO",
        )


@rule(23, "CK76, Nag-APIG1", STAGE, per_resource=True)
def access_log(stage: Resource, _: Stack) -> Problems:
    """Stages log each request as JSON, with its id."""
    yield from must_be_set(
        stage, ["accessLogSettings", "destinationArn"], "name the log group to write to"
    )
    record = stage.document("accessLogSettings", "format")
    if "$context.requestId" not in record.values():
        yield describe(["accessLogSettings", "format"], record, "it must have $context.requestId")


@rule(24, "CK276", METHOD_SETTINGS, per_resource=True)
def no_data_trace(settings: Resource, _: Stack) -> Problems:
    """Request bodies are not logged."""
    yield from must(
        settings,
        ["settings", "dataTraceEnabled"],
        lambda on: on is False,
        "it must be false: bodies hold personal data",
    )


@rule(25, "APIGateway.3, CK73", STAGE, per_resource=True)
def traced(stage: Resource, _: Stack) -> Problems:
    """Requests are traced."""
    yield from must(stage, ["xrayTracingEnabled"], lambda on: on is True, "it must be true")


@rule(26, "SR ES2003", STAGE)
def throttled(stage: Resource, stack: Stack) -> Problems:
    """Stages set throttling limits of their own."""
    yield from _settings_for_all_methods(stage, stack)
    for settings in _settings(stage, stack):
        for limit in ("throttlingRateLimit", "throttlingBurstLimit"):
            # The default, -1, means no limit.
            yield from must(
                settings,
                ["settings", limit],
                lambda n: is_number(n, 0) and n > 0,
                "set a limit above 0",
            )


@rule(28, "Nag-APIG4, CK59, CK2_70", METHOD, per_resource=True, production=True)
def authorised(method: Resource, _: Stack) -> Problems:
    """Methods require a token, a signature or at least an API key."""
    only_if(method.get("httpMethod") not in PREFLIGHT)
    if method.get("apiKeyRequired") is not True:
        yield from must(
            method,
            ["authorization"],
            lambda a: a not in (None, "NONE"),
            "require a token (COGNITO_USER_POOLS, CUSTOM), a signature (AWS_IAM) or an API key",
        )


@rule(29, "Nag-APIG2, CK2_53", METHOD)
def validated(method: Resource, stack: Stack) -> Problems:
    """The gateway validates bodies and parameters."""
    only_if(method.get("httpMethod") not in PREFLIGHT)
    validators = stack.targets(
        method, "requestValidatorId", "apigateway/requestValidator:RequestValidator"
    )
    if not validators:
        yield "requestValidatorId refers to no RequestValidator of the stack; give it one"
    for validator in validators:
        for part in ("validateRequestBody", "validateRequestParameters"):
            if validator.get(part) is not True:
                yield f"{part} of its RequestValidator {validator.name} must be true"
    has_body = method.get("httpMethod") in ("POST", "PUT", "PATCH", "ANY")
    if has_body and method.get("operationName") not in NO_BODY:
        model = method.known("requestModels", "application/json")
        if model in (None, "", "Empty", "Error"):
            yield describe(["requestModels", "application/json"], model, "name a Model of the body")


@rule(30, "CK206", "apigateway/domainName:DomainName", per_resource=True)
def modern_tls(domain: Resource, _: Stack) -> Problems:
    """Custom domains require TLS 1.2 or later."""
    yield from must(
        domain,
        ["securityPolicy"],
        lambda p: _SECURE.fullmatch(p or ""),
        "it must be TLS_1_2 or a SecurityPolicy_TLS12_… or SecurityPolicy_TLS13_…",
    )


@rule(31, "CK217/237", "apigateway/deployment:Deployment", per_resource=True)
def redeployed(deployment: Resource, _: Stack) -> Problems:
    """A changed route is redeployed, and the old deployment serves until then."""
    triggers = deployment.known("triggers") or {}
    if triggers is not UNKNOWN and not any(triggers.values()):
        yield describe(
            ["triggers"], triggers, "set a hash of all routes, or the stage keeps the old API"
        )
    if deployment.delete_before_replace:
        yield "delete_before_replace is set; remove it, or the stage has no deployment for a time"


@rule(32, "CK2_75", RESPONSE, INTEGRATION_RESPONSE, FUNCTION, BUCKET_CORS, per_resource=True)
def no_open_cors(resource: Resource, _: Stack) -> Problems:
    """CORS headers name the origins that may call."""
    if resource.type == f"aws:{FUNCTION}":
        variables = resource.known("environment", "variables") or {}
        if variables is UNKNOWN:
            raise Undecided("environment.variables")
        given = {
            f"environment.variables.{name}": str(value).split(",")
            for name, value in variables.items()
            if "ORIGIN" in name
        }
        only_if(given)
    elif resource.type == f"aws:{BUCKET_CORS}":
        given = {
            f"corsRules.{number}.allowedOrigins": rule.get("allowedOrigins") or []
            for number, rule in enumerate(resource.get("corsRules") or [])
        }
    else:
        headers = resource.get("responseParameters") or {}
        templates = resource.get("responseTemplates") or {}
        given = {
            **{k: [v] for k, v in headers.items() if k.endswith("Access-Control-Allow-Origin")},
            **{f"responseTemplates.{kind}": [text] for kind, text in templates.items()},
        }
    for where, values in given.items():
        if any(_ANY_ORIGIN.search(str(value).strip()) for value in values):
            yield f"{where} allows every origin; name the origins that may call"


@rule(33, "own", API)
def errors_of_the_gateway(api: Resource, stack: Stack) -> Problems:
    """All gateway errors have one shape and repeat nothing of the request."""
    responses = stack.referring(RESPONSE, "restApiId", api)
    for missing in sorted(
        {"DEFAULT_4XX", "DEFAULT_5XX"} - {r.get("responseType") for r in responses}
    ):
        yield f"no Response has responseType {missing}; add one with a body"
    shapes: dict[frozenset[str], list[str]] = {}
    for response in responses:
        template = response.get("responseTemplates", "application/json") or ""
        if "$" in template:
            yield (
                f"the body of {response.name} is {template!r}; remove the variables, which could "
                "repeat the request"
            )
            continue
        try:
            body = json.loads(template)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            yield f"the body of {response.name} is {template!r}; it must be a JSON object"
            continue
        shapes.setdefault(frozenset(body), []).append(response.name)
    if len(shapes) > 1:
        usual = max(shapes, key=lambda members: len(shapes[members]))
        for members, names in shapes.items():
            if members != usual:
                yield (
                    f"the body of {', '.join(names)} has the members {sorted(members)}; the others "
                    f"have {sorted(usual)}"
                )
