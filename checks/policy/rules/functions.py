"""Rows 7, 8, 11 to 13, 15 and 17: functions."""

import re

from .model import FUNCTION, LOG_GROUP, SUBNET, UNKNOWN, Resource, Stack, Undecided
from .rule import Problems, at_least, is_number, must, must_be_set, only_if, rule
from .waivers import OUTSIDE

INTEGRATION = "apigateway/integration:Integration"
GATEWAY_TIMEOUT = 29
"""Seconds. https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"""

_SECRET_NAME = re.compile(r"PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|PRIVATE_?KEY|API_?KEY", re.I)
_POINTER = re.compile(r"_(ARN|ID|NAME|URL|PATH|ENDPOINT|TABLE|QUEUE|BUCKET)$", re.I)
_SECRET_VALUE = re.compile(r"\b(AKIA|ASIA)[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----")


@rule(7, "CK50, SR WS1000", FUNCTION, per_resource=True)
def traced(function: Resource, _: Stack) -> Problems:
    """Functions are traced."""
    yield from must(
        function, ["tracingConfig", "mode"], lambda m: m == "Active", "it must be Active"
    )


@rule(8, "CK115", FUNCTION, per_resource=True, production=True)
def reserved_concurrency(function: Resource, _: Stack) -> Problems:
    """Reserved concurrency keeps one function from using up the account's."""
    yield from must(
        function,
        ["reservedConcurrentExecutions"],
        at_least(0),
        "reserve a number, within the account's quota",
    )


@rule(11, "SR ES1005/1006", FUNCTION, per_resource=True)
def memory_and_timeout(function: Resource, _: Stack) -> Problems:
    """Memory and timeout are set.

    Pulumi fills in the provider's defaults before it calls a policy pack, so there missing values
    look as if they were set.
    """
    for name in ("memorySize", "timeout"):
        yield from must(function, [name], at_least(1), "set it")


@rule(11, "SR ES1005/1006", INTEGRATION, part="api")
def the_gateway_waits(integration: Resource, stack: Stack) -> Problems:
    """Functions behind an API answer before the gateway times out."""
    functions = stack.targets(integration, "uri", FUNCTION)
    only_if(functions)
    for function in functions:
        timeout = function.get("timeout")
        if not is_number(timeout, 1) or timeout >= GATEWAY_TIMEOUT:
            yield (
                f"timeout of {function.name} is {timeout} s, and the gateway waits "
                f"{GATEWAY_TIMEOUT} s; set a shorter timeout"
            )


@rule(12, "CK173", FUNCTION, per_resource=True, production=True)
def encrypted_environment(function: Resource, _: Stack) -> Problems:
    """Environment variables are encrypted with a customer managed key."""
    only_if(function.known("environment", "variables"))
    yield from must_be_set(function, ["kmsKeyArn"], "name a KMS key")


@rule(13, "CK45", FUNCTION, per_resource=True)
def no_secrets(function: Resource, _: Stack) -> Problems:
    """Environment variables hold no secrets."""
    variables = function.known("environment", "variables") or {}
    if variables is UNKNOWN:
        raise Undecided("environment.variables")
    for name, value in variables.items():
        by_name = _SECRET_NAME.search(name) and not _POINTER.search(name)
        by_value = value is not UNKNOWN and _SECRET_VALUE.search(str(value))
        if by_name or by_value:
            yield (
                f"environment.variables.{name} looks like a secret; store it in Secrets Manager or "
                "Parameter Store, and pass its ARN"
            )


@rule(15, "Lambda.3/5, CK117", FUNCTION, production=True)
def in_two_zones(function: Resource, stack: Stack) -> Problems:
    """Functions run in a VPC, in at least two availability zones."""
    ids = function.known("vpcConfig", "subnetIds") or []
    if not ids:
        only_if(not any(stack.targets(function, "environment", type_) for type_ in OUTSIDE.values))
    if ids is UNKNOWN:
        raise Undecided("vpcConfig.subnetIds")
    if len(ids) < 2:
        yield f"vpcConfig.subnetIds has {len(ids)} subnets; name subnets in at least two zones"
    if not function.known("vpcConfig", "securityGroupIds"):
        yield "vpcConfig.securityGroupIds is empty; name a security group"
    # The zones of another stack's subnets are not known, so only their number is checked.
    subnets = stack.targets(function, "vpcConfig", SUBNET)
    if ids and len(subnets) == len(ids):
        zones = {s.get("availabilityZone") or s.get("availabilityZoneId") for s in subnets}
        if len(zones) < 2:
            yield f"its subnets are all in {', '.join(map(str, zones))}; use at least two zones"


@rule(17, "own", FUNCTION)
def own_json_logs(function: Resource, stack: Stack) -> Problems:
    """Functions log JSON to a log group of the stack."""
    yield from must(
        function, ["loggingConfig", "logFormat"], lambda f: f == "JSON", "it must be JSON"
    )
    if not stack.targets(function, "loggingConfig", LOG_GROUP):
        yield (
            "loggingConfig.logGroup refers to no LogGroup of the stack; create one and refer to "
            "its name: Lambda's own log group never expires"
        )
