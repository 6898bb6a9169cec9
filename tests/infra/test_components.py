"""What holds for every component: parents, names, the alias, and what is made before what."""

import json
import re

import pytest

from blueprint.recording import Recorded
from tests.support.functions import FEATURES, expected
from tests.support.stacks import (
    FUNCTIONS,
    PROJECT,
    STACKS,
    below,
    inputs,
    keys,
    made_before,
    of,
    stack,
)

MACHINE = f"arn:aws:states:eu-central-1:123456789012:stateMachine:{PROJECT}-prod-erasure"


def components(name: str) -> list[Recorded]:
    found = [r for r in stack(name).recorder.resources if not r.custom]
    assert len(found) > 3 * len(FUNCTIONS)
    return found


def resources(name: str) -> list[Recorded]:
    found = [r for r in stack(name).recorder.resources if r.custom]
    assert len(found) > 10 * len(FUNCTIONS)
    return found


def names_of(found: set[tuple[str, str]], type_: str) -> set[str]:
    return {name for kind, name in found if kind == type_}


@pytest.mark.parametrize("name", STACKS)
def test_every_resource_belongs_to_a_component(name: str) -> None:
    owners = {(r.type, r.name) for r in components(name)}
    assert [(r.type, r.name) for r in resources(name) if r.options.parent not in owners] == []


@pytest.mark.parametrize("name", STACKS)
def test_the_program_makes_components_and_those_make_the_rest(name: str) -> None:
    owners = {(r.type, r.name) for r in components(name)}
    top = {r.name for r in components(name) if r.options.parent not in owners}
    triggers = {r.name for r in components(name) if r.type.endswith("Trigger")}
    assert {"new-users", "emails-to-send", "uploads", "cleanup"} <= triggers
    others = {
        "users",
        "ledger",
        "user-uploads",
        "erasures",
        "erasure",
        "storage",
        "emails",
        "mail",
        "callers",
        "api",
        "monitoring",
        *(FEATURES & {"activity"}),
    }
    only_in_prod = {"key", "network", "storage-access-log"} if name == "prod" else set()
    expected_ones = {*FUNCTIONS, *triggers, *others, *only_in_prod}
    assert top >= expected_ones
    # What a function brings with it: where its messages or files come from.
    brought = {(r.type, r.name) for r in components(name) if r.name in top - expected_ones}
    assert {type_ for type_, _ in brought} <= {
        f"serverless:infra:{kind}"
        for kind in (
            "Queue",
            "Bucket",
            "AccessLog",
            "Table",
            "WebSocketApi",
            "WebSocketStage",
            "GraphQLApi",
        )
    }


@pytest.mark.parametrize("name", STACKS)
def test_names_begin_with_the_components(name: str) -> None:
    strays = [
        (r.type, r.name, r.options.parent[1])
        for r in (*resources(name), *components(name))
        if r.options.parent[0].startswith("serverless:")
        and r.name != r.options.parent[1]
        and not r.name.startswith(f"{r.options.parent[1]}-")
    ]
    assert strays == []


@pytest.mark.parametrize("name", STACKS)
def test_component_types(name: str) -> None:
    for component in components(name):
        assert re.fullmatch(r"serverless:infra:[A-Z][A-Za-z]+", component.type)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_consists_of(function: str) -> None:
    children = {
        (r.type.rpartition(":")[2], r.name.removeprefix(function))
        for r in below(stack("prod"), ("serverless:infra:ImageFunction", function))
    }
    everyone = {
        ("FunctionImage", "-image"),
        ("Repository", "-image"),
        ("LifecyclePolicy", "-image-lifecycle"),
        ("Image", "-image-build"),
        ("LogGroup", "-logs"),
        ("LogMetricFilter", "-outcomes"),
        ("Role", "-role"),
        ("RolePolicy", "-policy"),
        ("RolePolicy", "-connection"),
        ("Function", ""),
        ("Alias", "-live"),
        ("FunctionRecursionConfig", "-recursion"),
    }
    asynchronous = {
        ("DeadLetterQueue", "-failures"),
        ("RedriveAllowPolicy", "-failures-redrive"),
        ("Queue", "-failures"),
        ("QueuePolicy", "-failures-policy"),
        ("FunctionEventInvokeConfig", "-async"),
    }
    if expected()[function].internet:
        everyone.remove(("RolePolicy", "-connection"))
    assert children == everyone | (asynchronous if function in not_waited_for() else set())


def not_waited_for() -> set[str]:
    """Return the functions that a bucket or a schedule invokes, by what triggers them."""
    made = stack("prod")
    targets = [r.inputs["target"]["arn"] for r in of(made, "scheduler/schedule:Schedule")]
    for notification in of(made, "s3/bucketNotification:BucketNotification"):
        targets += [f["lambdaFunctionArn"] for f in notification.inputs["lambdaFunctions"]]
    functions = {target.rpartition(":")[2].removesuffix("-live") for target in targets}
    asynchronous = {f for f, each in expected().items() if "function" in each.dead_letters.values()}
    assert functions == asynchronous
    return functions


@pytest.mark.parametrize(
    ("name", "not_pulumis"),
    [
        ("local", set()),
        ("dev", set()),
        ("prod", {"description", "functionVersion", "routingConfig"}),
    ],
)
def test_an_alias_is_pulumis_to_move_or_the_release_commands(
    name: str, not_pulumis: set[str]
) -> None:
    """Never both: what Pulumi may still change of it makes the alias anew, with its function."""
    for alias in of(stack(name), "lambda/alias:Alias"):
        assert alias.options.ignore_changes == not_pulumis
        assert set(alias.inputs) - {"functionVersion"} == {"name", "functionName"}


def arns_in(machine: Recorded) -> set[str]:
    """Return the ARNs that the tasks of a state machine call."""
    states = json.loads(machine.inputs["definition"])["States"].values()
    return {s["Arguments"]["FunctionName"] for s in states if s["Type"] == "Task"}


@pytest.mark.parametrize("name", STACKS)
def test_every_trigger_points_at_the_alias(name: str) -> None:
    made = stack(name)
    triggered = [f for f in FUNCTIONS if expected()[f].trigger != "none"]
    arns = {f"arn:aws:lambda:eu-central-1:123456789012:{f}-live" for f in triggered}
    for alias in of(made, "lambda/alias:Alias"):
        assert alias.inputs["name"] == "live"
        assert alias.inputs["functionVersion"] == "1"  # a published version, not $LATEST
    targets = [
        *(
            r.inputs["functionName"]
            for r in of(made, "lambda/eventSourceMapping:EventSourceMapping")
        ),
        *(
            f["lambdaFunctionArn"]
            for r in of(made, "s3/bucketNotification:BucketNotification")
            for f in r.inputs["lambdaFunctions"]
        ),
        *(r.inputs["target"]["arn"] for r in of(made, "scheduler/schedule:Schedule")),
        *(
            r.inputs["uri"].removesuffix("/invocations")
            for r in of(made, "apigateway/integration:Integration")
            if r.inputs["type"] == "AWS_PROXY"
        ),
        *(
            r.inputs["integrationUri"].removesuffix("/invocations")
            for r in made.recorder.all("aws:apigatewayv2/integration:Integration")
        ),
        *(arn for r in of(made, "sfn/stateMachine:StateMachine") for arn in arns_in(r)),
        *(
            r.inputs["lambdaConfig"]["functionArn"]
            for r in made.recorder.all("aws:appsync/dataSource:DataSource")
        ),
    ]
    assert set(targets) == arns  # every function is invoked
    for type_ in ("permission:Permission", "functionEventInvokeConfig:FunctionEventInvokeConfig"):
        assert {r.inputs["qualifier"] for r in of(made, f"lambda/{type_}")} == {"live"}


@pytest.mark.parametrize("name", STACKS)
@pytest.mark.parametrize(
    ("later", "earlier"),
    [
        # (type, name) of what is made later, and of what must be there by then, and why:
        # Lambda refuses a mapping whose role may not read the source.
        ("lambda/eventSourceMapping:EventSourceMapping new-users-mapping",
         "iam/rolePolicy:RolePolicy new-users-consume"),
        ("lambda/eventSourceMapping:EventSourceMapping emails-to-send-mapping",
         "iam/rolePolicy:RolePolicy emails-to-send-consume"),
        # S3 refuses a notification to what it may not invoke.
        ("s3/bucketNotification:BucketNotification uploads-notification",
         "lambda/permission:Permission uploads-invoke"),
        # Step Functions checks that the role may write the log.
        ("sfn/stateMachine:StateMachine erasure", "iam/rolePolicy:RolePolicy erasure-policy"),
        # A schedule that fires at once needs its role's policy.
        ("scheduler/schedule:Schedule cleanup", "iam/rolePolicy:RolePolicy cleanup-policy"),
        # The gateway would make the group itself, without an end of retention.
        ("apigateway/stage:Stage api-stage",
         "cloudwatch/logGroup:LogGroup api-stage-execution-log"),
        ("apigateway/stage:Stage api-stage",
         "cloudwatch/logGroup:LogGroup api-stage-access-log"),
        # A rule on old versions needs versions.
        ("s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration storage-lifecycle",
         "s3/bucketVersioning:BucketVersioning storage-versioning"),
        # S3 refuses two changes of a bucket's access at a time.
        ("s3/bucketPolicy:BucketPolicy storage-policy",
         "s3/bucketPublicAccessBlock:BucketPublicAccessBlock storage-public-access"),
        # Only that queue may use the dead-letter queue: both are there.
        ("sqs/redriveAllowPolicy:RedriveAllowPolicy emails-redrive", "sqs/queue:Queue emails"),
    ],
)  # fmt: skip
def test_order(name: str, later: str, earlier: str) -> None:
    type_, _, resource = later.partition(" ")
    before, _, needed = earlier.partition(" ")
    made = stack(name)
    key = (f"aws:{before}", needed)
    assert key in keys(made)
    assert key in made_before(made, made.recorder.one(f"aws:{type_}", resource))


@pytest.mark.parametrize("name", STACKS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_a_function_waits_for(function: str, name: str) -> None:
    """Without its log group, Lambda creates another; without its policy, first calls are denied."""
    made = stack(name)
    before = made_before(made, made.recorder.one("aws:lambda/function:Function", function))
    assert f"{function}-logs" in names_of(before, "aws:cloudwatch/logGroup:LogGroup")
    assert f"{function}-policy" in names_of(before, "aws:iam/rolePolicy:RolePolicy")
    assert f"{function}-image-build" in names_of(before, "docker-build:index:Image")
    build = made.recorder.one("docker-build:index:Image", f"{function}-image-build")
    # Expiry is set before the first image comes.
    assert f"{function}-image-lifecycle" in names_of(
        made_before(made, build), "aws:ecr/lifecyclePolicy:LifecyclePolicy"
    )


@pytest.mark.parametrize("name", STACKS)
def test_the_deployment_is_a_snapshot_of_everything(name: str) -> None:
    """A part created after the deployment would only be served by the next one."""
    made = stack(name)
    before = made_before(
        made, made.recorder.one("aws:apigateway/deployment:Deployment", "api-deployment")
    )
    for kind in ("method", "integration", "response", "model", "requestValidator", "resource"):
        token = f"aws:apigateway/{kind}:{kind[0].upper()}{kind[1:]}"
        assert names_of(before, token) == {r.name for r in made.recorder.all(token)}, kind
    for kind in ("MethodResponse", "IntegrationResponse"):  # CORS preflights have them
        token = f"aws:apigateway/{kind[0].lower()}{kind[1:]}:{kind}"
        assert names_of(before, token) == {r.name for r in made.recorder.all(token)}, kind
        assert bool(made.recorder.all(token)) == (name != "local")
    invoked = names_of(before, "aws:lambda/permission:Permission")
    routes = len(made.names["api"].routes)
    assert len({name for name in invoked if name.startswith("api-")}) == routes == len(invoked)


@pytest.mark.parametrize("name", STACKS)
def test_a_dead_letter_queue_is_there_before_what_fills_it(name: str) -> None:
    made = stack(name)
    for mapping in of(made, "lambda/eventSourceMapping:EventSourceMapping"):
        assert any(
            "dead-letters" in queue or "failures" in queue
            for queue in names_of(made_before(made, mapping), "aws:sqs/queue:Queue")
        )


def test_data_is_protected_in_prod_only() -> None:
    def protected(name: str) -> set[str]:
        return {r.name for r in stack(name).recorder.resources if r.options.protect}

    data = {
        "users",
        "ledger",
        "user-uploads",
        *(["live-connections"] if "live-uploads" in FUNCTIONS else []),
        "erasures",
        "storage",
        "storage-access-log",
        "key",
        "callers-pool",
        *(FEATURES & {"activity"}),
    }
    buckets = {r.name for r in of(stack("prod"), "s3/bucket:Bucket")}
    assert protected("prod") == data | buckets
    assert protected("dev") == set()
    assert protected("local") == set()


@pytest.mark.parametrize("name", STACKS)
def test_what_stays_when_the_stack_goes(name: str) -> None:
    """Images, for an old version may run, and in production their repositories, which ECR does not
    delete with images in them.
    """
    kept = {r.name for r in stack(name).recorder.resources if r.options.retain_on_delete}
    assert kept == {
        *(f"{function}-image-build" for function in FUNCTIONS),
        *(f"{function}-image" for function in FUNCTIONS if name == "prod"),
    }


@pytest.mark.parametrize("name", STACKS)
def test_nothing_is_deleted_before_its_replacement_is_there(name: str) -> None:
    assert [r.name for r in stack(name).recorder.resources if r.options.delete_before_replace] == []


def test_the_stacks_tags_reach_every_resource() -> None:
    """Tags come from the provider's configuration: a resource with its own would hide a key."""
    assert [
        r.name for r in resources("prod") if "tags" in r.inputs and r.type.startswith("aws:")
    ] == []


def test_alarms_watch_every_function_and_every_dead_letter_queue() -> None:
    made = stack("prod")
    alarms = of(made, "cloudwatch/metricAlarm:MetricAlarm")
    watched = {
        (a.inputs["metricName"], *(value for _, value in sorted(a.inputs["dimensions"].items())))
        for a in alarms
    }
    queues = {q.name for q in of(made, "sqs/queue:Queue")}
    dead = {queue for each in expected().values() for queue in each.dead_letters}
    read = queues - dead
    streams = {f for f, each in expected().items() if "stream" in each.dead_letters.values()}
    assert watched == {
        *((metric, f) for metric in ("Errors", "Throttles", "Duration") for f in FUNCTIONS),
        *(("ApproximateNumberOfMessagesVisible", queue) for queue in dead),
        *(("ApproximateAgeOfOldestMessage", queue) for queue in read),
        *(("IteratorAge", function) for function in streams),
        ("5XXError", "api", "prod"),
        *(
            (metric, stage.inputs["apiId"], "prod")
            for stage in made.recorder.all("aws:apigatewayv2/stage:Stage")
            for metric in ("ExecutionError", "IntegrationError")
        ),
        *(
            ("5XXError", f"{api.name}-id")
            for api in made.recorder.all("aws:appsync/graphQLApi:GraphQLApi")
        ),
        *(
            (function, outcome)
            for function in FUNCTIONS
            if expected()[function].trigger.startswith("GraphQL")
            for outcome in ("busy", "failed")
        ),
        ("cleanup-expired", "welcome_abandoned"),  # outcomes
        ("send-email", "uncertain"),
        *((f"Executions{how}", MACHINE) for how in ("Aborted", "Failed", "TimedOut")),
        ("Reputation.BounceRate", f"{PROJECT}-prod-mail"),
        ("Reputation.ComplaintRate", f"{PROJECT}-prod-mail"),
        ("BlockedRequests", "eu-central-1", "ALL", f"{PROJECT}-prod-all"),
    }
    assert queues >= dead
    assert {f"{queue}-dead-letters" for queue in read} <= dead
    assert {f"{function}-failures" for function in not_waited_for()} <= dead


@pytest.mark.parametrize("function", FUNCTIONS)
def test_an_alarm_fires_before_a_function_runs_into_its_time_out(function: str) -> None:
    timeout = inputs(stack("prod"), "lambda/function:Function", function)["timeout"]
    name = f"monitoring-{function}-duration"
    alarm = inputs(stack("prod"), "cloudwatch/metricAlarm:MetricAlarm", name)
    assert "statistic" not in alarm
    assert (alarm["extendedStatistic"], alarm["threshold"]) == ("p99", timeout * 800)  # ms
    assert (alarm["period"], alarm["evaluationPeriods"], alarm["datapointsToAlarm"]) == (300, 1, 1)
    for actions in ("alarmActions", "okActions"):
        [topic] = alarm[actions]
        assert topic.endswith(":monitoring-alarms")


@pytest.mark.parametrize(("alarm", "rate"), [("bounces", 0.05), ("complaints", 0.001)])
def test_bounces_and_complaints_fire_where_ses_reviews_the_account(alarm: str, rate: float) -> None:
    """They keep firing while no e-mail is sent: SES reports a rate only with new e-mails."""
    given = inputs(stack("dev"), "cloudwatch/metricAlarm:MetricAlarm", f"monitoring-mail-{alarm}")
    assert (given["comparisonOperator"], given["threshold"], given["statistic"]) == (
        "GreaterThanOrEqualToThreshold", rate, "Maximum",
    )  # fmt: skip
    assert given["treatMissingData"] == "ignore"
    assert given["dimensions"] == {"ses:configuration-set": f"{PROJECT}-dev-mail"}


def test_blocked_requests_fire_where_there_is_a_firewall_and_they_last() -> None:
    type_ = "cloudwatch/metricAlarm:MetricAlarm"
    given = inputs(stack("prod"), type_, "monitoring-api-blocked")
    acl = inputs(stack("prod"), "wafv2/webAcl:WebAcl", "api-firewall")
    assert given["dimensions"]["WebACL"] == acl["visibilityConfig"]["metricName"]
    assert (given["statistic"], given["threshold"]) == ("Sum", 100)
    assert (given["evaluationPeriods"], given["datapointsToAlarm"]) == (3, 2)
    assert not [a for a in of(stack("dev"), type_) if "blocked" in a.name]
    for name in ("dev", "prod"):
        body = inputs(stack(name), "cloudwatch/dashboard:Dashboard", "monitoring")["dashboardBody"]
        assert "Bounces and complaints of mail" in body
        assert ("Requests that the firewall blocked" in body) == (name == "prod")


def test_somebody_hears_of_alarms_in_prod() -> None:
    topic = inputs(
        stack("prod"), "sns/topicSubscription:TopicSubscription", "monitoring-alarms-email"
    )
    assert topic["endpoint"] == "oncall@example.com"
    assert topic["topic"].endswith(":monitoring-alarms")
