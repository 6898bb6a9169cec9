"""What every deployed resource must satisfy: one check for each rule of the published catalogues.

CK is Checkov's CKV_AWS_, CK2 its CKV2_AWS_, Nag cdk-nag's AwsSolutions-, SR serverless-rules; ids
such as Lambda.1 are controls of AWS Security Hub. A check yields what breaks its rule. It fails,
too, where it finds nothing to look at.

Waived: API caching and its encryption (personal data would be cached), code signing (not for
images), replication across regions, client certificates.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

Inputs = dict[str, Any]
Check = Callable[["Made"], Iterator[str]]
CHECKS: dict[str, Check] = {}


class NothingToCheck(Exception):
    """A check found no resource of the type that it is about."""


@dataclass
class Made:
    """What a run registered: inputs by type and name."""

    resources: dict[tuple[str, str], Inputs] = field(default_factory=dict)

    def of(self, type_: str) -> dict[str, Inputs]:
        found = {n: i for (t, n), i in self.resources.items() if t == f"aws:{type_}"}
        if not found:
            raise NothingToCheck(f"no {type_}")
        return found

    def maybe(self, type_: str) -> dict[str, Inputs]:
        return {n: i for (t, n), i in self.resources.items() if t == f"aws:{type_}"}


def check(source: str) -> Callable[[Check], Check]:
    def register(function: Check) -> Check:
        assert source not in CHECKS
        CHECKS[source] = function
        return function

    return register


def broken(made: Made) -> dict[str, list[str]]:
    """Run all checks; give what they found, by the check's source."""
    found = {}
    for source, function in CHECKS.items():
        try:
            problems = list(function(made))
        except NothingToCheck as nothing:
            problems = [str(nothing)]
        if problems:
            found[source] = problems
    return found


def statements(document: str) -> list[Inputs]:
    return list(json.loads(document)["Statement"])


def function_of(alias_arn: str) -> str:
    """The recorded ARN of an alias ends in its logical name, ``<function>-live``."""
    return alias_arn.rpartition(":")[2].removesuffix("/invocations").removesuffix("-live")


def must_be(type_: str, rule: Callable[[Inputs], object]) -> Check:
    """Make the check that each resource of a type keeps a rule."""

    def found(made: Made) -> Iterator[str]:
        yield from (name for name, inputs in made.of(type_).items() if not rule(inputs))

    return found


def at(inputs: Inputs, *path: str) -> Any:
    """Give a nested input; None where it is not set."""
    value: Any = inputs
    for part in path:
        value = (value or {}).get(part)
    return value


# Images


@check("1 ECR.2, CK51")
def _(made: Made) -> Iterator[str]:
    for name, repository in made.of("ecr/repository:Repository").items():
        mutable = [f["filter"] for f in repository.get("imageTagMutabilityExclusionFilters", [])]
        if not repository.get("imageTagMutability", "").startswith("IMMUTABLE"):
            yield name
        # The build cache is one tag that moves; no function runs from it.
        elif mutable not in ([], ["cache"]):
            yield f"{name}: {mutable}"


check("2 ECR.1, CK163")(
    must_be(
        "ecr/repository:Repository", lambda i: at(i, "imageScanningConfiguration", "scanOnPush")
    )
)


@check("4 ECR.3")
def _(made: Made) -> Iterator[str]:
    policies = made.of("ecr/lifecyclePolicy:LifecyclePolicy").values()
    expiring = {policy["repository"] for policy in policies}
    yield from set(made.of("ecr/repository:Repository")) - expiring
    for policy in policies:
        for rule in json.loads(policy["policy"])["rules"]:
            selection = rule["selection"]
            if selection["countType"] != "imageCountMoreThan" or selection["countNumber"] < 5:
                yield f"{policy['repository']}: a deployed image could expire: {selection}"


@check("6 own: deployed by digest, no force delete")
def _(made: Made) -> Iterator[str]:
    for name, function in made.of("lambda/function:Function").items():
        if not re.fullmatch(r"[^@:]+@sha256:[0-9a-f]{64}", function["imageUri"]):
            yield f"{name}: {function['imageUri']}"
    yield from (n for n, i in made.of("ecr/repository:Repository").items() if i.get("forceDelete"))


# Functions

check("7 CK50, SR WS1000")(
    must_be("lambda/function:Function", lambda i: at(i, "tracingConfig", "mode") == "Active")
)


def _asynchronous(made: Made) -> set[str]:
    """The functions whose triggers do not wait for an answer."""
    notifications = made.of("s3/bucketNotification:BucketNotification").values()
    return {
        *(function_of(s["target"]["arn"]) for s in made.of("scheduler/schedule:Schedule").values()),
        *(function_of(f["lambdaFunctionArn"]) for n in notifications for f in n["lambdaFunctions"]),
    }


@check("9 CK116, SR ES1007")
def _(made: Made) -> Iterator[str]:
    configs = made.of("lambda/functionEventInvokeConfig:FunctionEventInvokeConfig").values()
    kept = {
        config["functionName"]
        for config in configs
        if at(config, "destinationConfig", "onFailure", "destination")
    }
    yield from _asynchronous(made) - kept


@check("10 own: retries and event age explicit")
def _(made: Made) -> Iterator[str]:
    asynchronous = made.of("lambda/functionEventInvokeConfig:FunctionEventInvokeConfig")
    for name, config in asynchronous.items():
        if not {"maximumRetryAttempts", "maximumEventAgeInSeconds"} <= set(config):
            yield name
    for name, mapping in made.of("lambda/eventSourceMapping:EventSourceMapping").items():
        limits = [mapping.get(k) for k in ("maximumRetryAttempts", "maximumRecordAgeInSeconds")]
        if "startingPosition" in mapping and not all(n is not None and n >= 0 for n in limits):
            yield f"{name}: retried for ever"


@check("11 SR ES1005/1006")
def _(made: Made) -> Iterator[str]:
    functions = made.of("lambda/function:Function")
    yield from (n for n, i in functions.items() if not {"memorySize", "timeout"} <= set(i))
    for integration in made.of("apigateway/integration:Integration").values():
        if integration["type"] == "AWS_PROXY":
            name = function_of(integration["uri"])
            if functions[name].get("timeout", 0) >= 29:
                yield f"{name}: the gateway waits no longer than 29 s"


@check("14 Lambda.1, CK301/364")
def _(made: Made) -> Iterator[str]:
    for name, permission in made.of("lambda/permission:Permission").items():
        arn = permission.get("sourceArn", "")
        # A bucket's ARN names no account in AWS: only sourceAccount does.
        account = permission.get("sourceAccount") or arn.split(":")[4:5] == ["123456789012"]
        if permission["principal"] == "s3.amazonaws.com":
            account = permission.get("sourceAccount")
        service = re.fullmatch(r"[a-z0-9]+\.amazonaws\.com", permission["principal"])
        if not (service and account and arn.startswith("arn:aws:")):
            yield name
        if permission["action"] != "lambda:InvokeFunction":
            yield f"{name}: {permission['action']}"


@check("16 own: recursive loops terminate")
def _(made: Made) -> Iterator[str]:
    configs = made.of("lambda/functionRecursionConfig:FunctionRecursionConfig").values()
    ended = {c["functionName"] for c in configs if c["recursiveLoop"] == "Terminate"}
    yield from set(made.of("lambda/function:Function")) - ended


@check("17 own: JSON logs to a log group of the program")
def _(made: Made) -> Iterator[str]:
    groups = {group["name"] for group in made.of("cloudwatch/logGroup:LogGroup").values()}
    for name, function in made.of("lambda/function:Function").items():
        logging = function.get("loggingConfig") or {}
        if logging.get("logFormat") != "JSON" or logging.get("logGroup") not in groups:
            yield name


# Permissions

WITHOUT_RESOURCE = {
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "logs:DescribeLogGroups",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}


@check("18 Nag-IAM5, CK355/286-290")
def _(made: Made) -> Iterator[str]:
    roles = [function["role"] for function in made.of("lambda/function:Function").values()]
    yield from (role for role in roles if roles.count(role) > 1)
    for name, policy in made.of("iam/rolePolicy:RolePolicy").items():
        for statement in statements(policy["policy"]):
            actions, on = statement["Action"], statement["Resource"]
            actions = {actions} if isinstance(actions, str) else set(actions)
            if any("*" in action for action in actions):
                yield f"{name}: {actions}"
            if statement["Effect"] == "Allow" and "*" in on and not actions <= WITHOUT_RESOURCE:
                yield f"{name}: {actions} on everything"


@check("19 Nag-IAM4, CK274")
def _(made: Made) -> Iterator[str]:
    yield from made.maybe("iam/rolePolicyAttachment:RolePolicyAttachment")
    yield from (n for n, i in made.of("iam/role:Role").items() if i.get("managedPolicyArns"))


@check("21 CK60/61")
def _(made: Made) -> Iterator[str]:
    for name, role in made.of("iam/role:Role").items():
        for statement in statements(role["assumeRolePolicy"]):
            principal = statement["Principal"]
            services = principal.get("Service", "") if isinstance(principal, dict) else ""
            if set(principal) != {"Service"} or not str(services).endswith(".amazonaws.com"):
                yield name


# The API


def _settings(*path: str) -> Callable[[Inputs], Any]:
    return lambda i: at(i, "settings", *path)


METHOD_SETTINGS = "apigateway/methodSettings:MethodSettings"
check("22 APIGateway.1, CK2_4, Nag-APIG6")(
    must_be(METHOD_SETTINGS, lambda i: _settings("loggingLevel")(i) in ("ERROR", "INFO"))
)


@check("23 CK76, Nag-APIG1")
def _(made: Made) -> Iterator[str]:
    for name, stage in made.of("apigateway/stage:Stage").items():
        log = stage.get("accessLogSettings") or {}
        try:
            record = json.loads(log["format"])
        except (KeyError, ValueError):
            yield f"{name}: no JSON"
            continue
        if not log.get("destinationArn") or "$context.requestId" not in record.values():
            yield name


check("24 CK276")(must_be(METHOD_SETTINGS, lambda i: _settings("dataTraceEnabled")(i) is False))
check("25 APIGateway.3, CK73")(
    must_be("apigateway/stage:Stage", lambda i: i.get("xrayTracingEnabled"))
)
check("26 SR ES2003")(
    must_be(
        METHOD_SETTINGS,
        lambda i: (
            i["methodPath"] == "*/*"
            and (_settings("throttlingRateLimit")(i) or -1) > 0
            and (_settings("throttlingBurstLimit")(i) or -1) > 0
        ),
    )
)


@check("29 Nag-APIG2, CK2_53")
def _(made: Made) -> Iterator[str]:
    validators = {
        f"{name}-id"
        for name, validator in made.of("apigateway/requestValidator:RequestValidator").items()
        if validator.get("validateRequestBody") and validator.get("validateRequestParameters")
    }
    methods = made.of("apigateway/method:Method")
    models = {model["name"] for model in made.of("apigateway/model:Model").values()}
    for name, method in methods.items():
        if method["httpMethod"] == "OPTIONS":  # answered by the gateway, which reads no body
            continue
        if method.get("requestValidatorId") not in validators:
            yield name
        with_body = method["httpMethod"] in ("POST", "PUT", "PATCH")
        if with_body and at(method, "requestModels", "application/json") not in models:
            yield f"{name}: no model"


check("31 CK217/237")(
    must_be(
        "apigateway/deployment:Deployment",
        lambda i: re.fullmatch(r"[0-9a-f]{64}", at(i, "triggers", "definition") or ""),
    )
)


@check("32 CK2_75")
def _(made: Made) -> Iterator[str]:
    answers = {
        **made.of("apigateway/integrationResponse:IntegrationResponse"),
        **made.of("apigateway/response:Response"),
    }
    for name, answer in answers.items():
        headers = answer.get("responseParameters") or {}
        origins = [v for k, v in headers.items() if k.endswith("Access-Control-Allow-Origin")]
        templates = "".join((answer.get("responseTemplates") or {}).values())
        if "'*'" in origins or '"*"' in templates or "Allow-Origin = *" in templates:
            yield name
    for name, function in made.of("lambda/function:Function").items():
        if "*" in (at(function, "environment", "variables", "CORS_ORIGINS") or ""):
            yield name


@check("33 own: errors of the gateway have the API's shape")
def _(made: Made) -> Iterator[str]:
    responses = made.of("apigateway/response:Response")
    kinds = {response["responseType"] for response in responses.values()}
    yield from {"DEFAULT_4XX", "DEFAULT_5XX"} - kinds
    for name, response in responses.items():
        template = at(response, "responseTemplates", "application/json") or ""
        try:
            body = json.loads(template)
        except ValueError:
            body = None
        shaped = (
            isinstance(body, dict) and set(body) == {"error"} and isinstance(body["error"], str)
        )
        if not shaped or "$" in template:
            yield name


# Data

TABLE = "dynamodb/table:Table"
check("34 DynamoDB.2, CK28, Nag-DDB3")(
    must_be(TABLE, lambda i: at(i, "pointInTimeRecovery", "enabled"))
)
check("35 DynamoDB.6")(must_be(TABLE, lambda i: i.get("deletionProtectionEnabled")))
check("37 DynamoDB.1")(must_be(TABLE, lambda i: i.get("billingMode") == "PAY_PER_REQUEST"))


@check("38 own: a stream for the outbox")
def _(made: Made) -> Iterator[str]:
    users = made.of(TABLE)["users"]
    if not (users.get("streamEnabled") and users.get("streamViewType") == "NEW_IMAGE"):
        yield "users"


def each_bucket(type_: str, rule: Callable[[Inputs], object]) -> Check:
    """Make the check that every bucket has a resource beside it that keeps a rule."""

    def found(made: Made) -> Iterator[str]:
        safe = {i["bucket"].removesuffix("-id") for i in made.of(type_).values() if rule(i)}
        yield from set(made.of("s3/bucket:Bucket")) - safe

    return found


BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
check("39 S3.1/8, CK53-56")(
    each_bucket(
        "s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        lambda i: all(i.get(block) for block in BLOCKS),
    )
)


def denies_plain_http(document: str, everything: str) -> bool:
    return any(
        s["Effect"] == "Deny"
        and s["Principal"] == "*"
        and s["Action"] == everything
        and s.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
        for s in statements(document)
    )


@check("40 S3.5, Nag-S10")
def _(made: Made) -> Iterator[str]:
    yield from each_bucket(
        "s3/bucketPolicy:BucketPolicy", lambda i: denies_plain_http(i["policy"], "s3:*")
    )(made)
    for name, policy in made.of("s3/bucketPolicy:BucketPolicy").items():
        for statement in statements(policy["policy"]):
            if statement["Effect"] == "Deny" and len(statement["Resource"]) != 2:
                yield f"{name}: the bucket, and its objects"


check("41 S3.17, CK145")(
    each_bucket(
        "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        lambda i: (
            i["rules"][0]["applyServerSideEncryptionByDefault"]["sseAlgorithm"]
            in ("AES256", "aws:kms")
        ),
    )
)
check("42 S3.14, CK21")(
    each_bucket(
        "s3/bucketVersioning:BucketVersioning",
        lambda i: i["versioningConfiguration"]["status"] == "Enabled",
    )
)


def _tidy(inputs: Inputs) -> bool:
    """Parts of broken uploads, and old versions, are deleted everywhere."""
    return any(
        rule["status"] == "Enabled"
        and rule["filter"] == {"prefix": ""}
        and at(rule, "abortIncompleteMultipartUpload", "daysAfterInitiation")
        and at(rule, "noncurrentVersionExpiration", "noncurrentDays")
        for rule in inputs["rules"]
    )


check("43 S3.13, CK2_61, CK300")(
    each_bucket("s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", _tidy)
)
check("45 S3.12, CK2_65")(
    each_bucket(
        "s3/bucketOwnershipControls:BucketOwnershipControls",
        lambda i: i["rule"]["objectOwnership"] == "BucketOwnerEnforced",
    )
)


@check("46 own: what a function writes does not invoke it")
def _(made: Made) -> Iterator[str]:
    policies = made.of("iam/rolePolicy:RolePolicy")
    for notification in made.of("s3/bucketNotification:BucketNotification").values():
        for target in notification["lambdaFunctions"]:
            name = function_of(target["lambdaFunctionArn"])
            written = [
                arn.partition("/")[2].removesuffix("*")
                for statement in statements(policies[f"{name}-policy"]["policy"])
                if "s3:PutObject" in statement["Action"]
                for arn in statement["Resource"]
            ]
            if not written:
                raise NothingToCheck(f"{name} writes nothing")
            prefix = target.get("filterPrefix", "")
            for output in written:
                if output.startswith(prefix) or prefix.startswith(output):
                    yield f"{name}: {output} is under {prefix!r}"


# Queues

QUEUE = "sqs/queue:Queue"
check("47 SQS.1, CK27, Nag-SQS2")(
    must_be(QUEUE, lambda i: i.get("sqsManagedSseEnabled") or i.get("kmsMasterKeyId"))
)


@check("48 Nag-SQS4, SQS.3, CK168/387")
def _(made: Made) -> Iterator[str]:
    policies = made.of("sqs/queuePolicy:QueuePolicy").values()
    safe = {
        p["queueUrl"].rpartition("/")[2]
        for p in policies
        if denies_plain_http(p["policy"], "sqs:*")
        and all(s["Effect"] == "Deny" for s in statements(p["policy"]))
    }
    yield from set(made.of(QUEUE)) - safe


@check("49 Nag-SQS3, SR ES6000")
def _(made: Made) -> Iterator[str]:
    allowed = {
        policy["queueUrl"].rpartition("/")[2]: json.loads(policy["redriveAllowPolicy"])
        for policy in made.of("sqs/redriveAllowPolicy:RedriveAllowPolicy").values()
    }
    for mapping in made.of("lambda/eventSourceMapping:EventSourceMapping").values():
        source = mapping["eventSourceArn"]
        if ":sqs:" not in source:
            continue
        name = source.rpartition(":")[2]
        redrive = json.loads(made.of(QUEUE)[name].get("redrivePolicy") or "{}")
        dead = redrive.get("deadLetterTargetArn", "").rpartition(":")[2]
        if redrive.get("maxReceiveCount", 0) < 5:
            yield name
        if allowed.get(dead) != {"redrivePermission": "byQueue", "sourceQueueArns": [source]}:
            yield f"{name}: anybody may use {dead!r}"
        allowed.pop(dead, None)
    # What is left gets no messages from queues, but from functions and schedules.
    for name in made.of(QUEUE):
        if name.endswith("-failures") and allowed.get(name) != {"redrivePermission": "denyAll"}:
            yield name


@check("50 AWS docs: visibility timeout")
def _(made: Made) -> Iterator[str]:
    functions = made.of("lambda/function:Function")
    for mapping in made.of("lambda/eventSourceMapping:EventSourceMapping").values():
        if ":sqs:" not in mapping["eventSourceArn"]:
            continue
        name = mapping["eventSourceArn"].rpartition(":")[2]
        timeout = functions[function_of(mapping["functionName"])]["timeout"]
        needed = 6 * timeout + mapping.get("maximumBatchingWindowInSeconds", 0)
        if made.of(QUEUE)[name].get("visibilityTimeoutSeconds", 30) < needed:
            yield name


@check("51 AWS docs: dead letters are kept longest")
def _(made: Made) -> Iterator[str]:
    queues = made.of(QUEUE)
    sources = {name: queue for name, queue in queues.items() if queue.get("redrivePolicy")}
    if not sources:
        raise NothingToCheck("no queue with a dead-letter queue")
    for name, queue in queues.items():
        if name not in sources and queue.get("messageRetentionSeconds") != 1_209_600:
            yield name
        if name in sources and queue.get("messageRetentionSeconds", 0) >= 1_209_600:
            yield f"{name}: age survives the move"


@check("52 own: partial batches, concurrency capped")
def _(made: Made) -> Iterator[str]:
    for name, mapping in made.of("lambda/eventSourceMapping:EventSourceMapping").items():
        if mapping.get("functionResponseTypes") != ["ReportBatchItemFailures"]:
            yield name
        capped = at(mapping, "scalingConfig", "maximumConcurrency")
        if ":sqs:" in mapping["eventSourceArn"] and not capped:
            yield f"{name}: not capped"


def _patient(schedule: Inputs) -> bool:
    target = schedule["target"]
    retry = target.get("retryPolicy") or {}
    return bool(
        at(target, "deadLetterConfig", "arn")
        and {"maximumRetryAttempts", "maximumEventAgeInSeconds"} <= set(retry)
    )


check("53 SR ES4000, CK297")(must_be("scheduler/schedule:Schedule", _patient))

# Being told

check("54 CK66/338, CK158")(
    must_be("cloudwatch/logGroup:LogGroup", lambda i: (i.get("retentionInDays") or 0) >= 365)
)


@check("55 CK319")
def _(made: Made) -> Iterator[str]:
    alarms = made.of("cloudwatch/metricAlarm:MetricAlarm").values()
    acting = {
        (alarm["namespace"], alarm["metricName"], value)
        for alarm in alarms
        if alarm.get("alarmActions")
        for value in alarm["dimensions"].values()
    }
    wanted = {
        ("AWS/ApiGateway", "5XXError", name) for name in made.of("apigateway/restApi:RestApi")
    }
    for name in made.of("lambda/function:Function"):
        wanted |= {("AWS/Lambda", metric, name) for metric in ("Errors", "Throttles")}
    for name, queue in made.of(QUEUE).items():
        # Messages that SQS moves by itself are not counted as sent.
        metric = (
            "ApproximateAgeOfOldestMessage"
            if queue.get("redrivePolicy")
            else "ApproximateNumberOfMessagesVisible"
        )
        wanted.add(("AWS/SQS", metric, name))
    for mapping in made.of("lambda/eventSourceMapping:EventSourceMapping").values():
        if "startingPosition" in mapping:
            wanted.add(("AWS/Lambda", "IteratorAge", function_of(mapping["functionName"])))
    yield from (f"{metric} of {name}" for _, metric, name in wanted - acting)
