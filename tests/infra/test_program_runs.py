"""The program, run for every stack: normally, and as a preview that knows no computed output."""

import json
from collections import Counter

import pulumi
import pulumi_aws as aws
import pytest
import yaml

from blueprint.project import ROOT
from blueprint.recorder import run
from infra.config.names import room_for_names
from tests.support.functions import FEATURES, expected
from tests.support.stacks import FUNCTIONS, PROJECT, STACKS, inputs, keys, of, recorded, stack

PREVIEWED = [
    *(pytest.param(name, marks=pytest.mark.long) for name in ("local", "dev")),
    "prod",  # has nearly all that the others have
]
MODES = [
    *((name, False) for name in STACKS),
    *(pytest.param(name, True, marks=pytest.mark.long) for name in ("local", "dev")),
    ("prod", True),
]

# What the pattern of names adds to a resource's, with the longest names of project and stack.
PATTERN = "${project}-${stack}-${name}-${hex(7)}"
AROUND = room_for_names() + len("---") + 7
LONGEST = {
    "aws:iam/role:Role": 64,
    "aws:lambda/function:Function": 64,
    "aws:scheduler/schedule:Schedule": 64,
    "aws:sqs/queue:Queue": 80,
    "aws:s3/bucket:Bucket": 63,
    "aws:dynamodb/table:Table": 255,
    "aws:cloudwatch/metricAlarm:MetricAlarm": 255,
    "aws:cognito/userPool:UserPool": 128,
    "aws:cognito/userPoolClient:UserPoolClient": 128,
}


@pytest.mark.parametrize(("name", "preview"), MODES)
def test_no_two_resources_share_a_name(name: str, preview: bool) -> None:
    registered = Counter(keys(stack(name, preview=preview)))
    assert len(registered) > 80 + 15 * len(FUNCTIONS)
    assert [key for key, count in registered.items() if count > 1] == []


@pytest.mark.parametrize("name", PREVIEWED)
def test_a_preview_shows_every_resource(name: str) -> None:
    """Nothing is made inside an apply, and nothing depends on an output's value."""
    assert set(keys(stack(name, preview=True))) == set(keys(stack(name)))


@pytest.mark.parametrize(("name", "preview"), MODES)
def test_exports(name: str, preview: bool) -> None:
    """Pulumi omits an export without a value, as in a state file."""
    of_callers = {
        "local": set(),
        "dev": {"api_key"},
        "prod": {"user_pool_id", "token_endpoint", "client_id", "client_secret", "web_client_id"},
    }
    assert set(stack(name, preview=preview).outputs) == of_callers[name] | {
        "api_gateway_url",
        "dynamodb_table_name",
        "erasures_table_name",
        "s3_bucket_name",
        "sqs_queue_url",
        "ledger_table_name",
        "uploads_table_name",
        "sqs_dead_letter_queue_url",
        "dead_letters",
        "log_groups",
        "releases",
        "ses_dkim_tokens",
        "alarm_topic_arn",
        "dashboard_name",
        *({"activity_table_name", "by_hand"} if "activity" in FEATURES else ()),
        *({"live_url", "live_table_name"} if "live_push" in FEATURES else ()),
        *({"graphql_url"} if "graphql" in FEATURES else ()),
        *({"graphql_api_key"} if "graphql" in FEATURES and name != "prod" else ()),
    }


@pytest.mark.parametrize("name", STACKS)
def test_what_is_exported(name: str) -> None:
    outputs = stack(name).outputs
    assert outputs["api_gateway_url"] == "https://api-stage.example.com/stage"
    assert outputs["dynamodb_table_name"] == "users"
    assert outputs["s3_bucket_name"] == "storage"
    assert outputs["sqs_queue_url"] == "https://sqs.eu-central-1.amazonaws.com/123456789012/emails"


@pytest.mark.parametrize("name", STACKS)
def test_every_dead_letter_queue_is_exported_with_where_its_messages_go_back_to(name: str) -> None:
    exported = stack(name).outputs["dead_letters"]
    queues = "https://sqs.eu-central-1.amazonaws.com/123456789012"

    def entry(queue: str, kind: str, function: str) -> dict[str, str]:
        source = f"{queues}/{queue.removesuffix('-dead-letters')}"
        alias = f"arn:aws:lambda:eu-central-1:123456789012:{function}-live"
        target = source if kind == "queue" else alias
        return {"url": f"{queues}/{queue}", "kind": kind, "target": target}

    assert exported == {
        queue: entry(queue, kind, function)
        for function, each in expected().items()
        for queue, kind in each.dead_letters.items()
    }
    others = {r.name for r in of(stack(name), "sqs/queue:Queue")} - exported.keys()
    assert {f"{queue}-dead-letters" for queue in others} <= exported.keys()


@pytest.mark.parametrize("name", STACKS)
def test_every_function_is_exported_with_the_alarms_that_a_new_version_may_make_ring(
    name: str,
) -> None:
    own = ("errors", "throttles", "duration")
    exported = stack(name).outputs["releases"]
    assert exported == {
        function: {
            "alias": f"arn:aws:lambda:eu-central-1:123456789012:{function}-live",
            "alarms": [
                *(f"monitoring-{function}-{alarm}" for alarm in own),
                *(f"monitoring-{alarm}" for alarm in each.alarms),
            ],
        }
        for function, each in expected().items()
    }
    alarms = {r.name for r in of(stack(name), "cloudwatch/metricAlarm:MetricAlarm")}
    # What no version of a function causes would keep a release from starting.
    others = {"monitoring-mail-bounces", "monitoring-mail-complaints", "monitoring-api-blocked"}
    assert {alarm for entry in exported.values() for alarm in entry["alarms"]} == alarms - others


@pytest.mark.parametrize("name", STACKS)
def test_the_log_groups_of_functions_and_api_are_exported(name: str) -> None:
    exported = stack(name).outputs["log_groups"]
    beginning = f"/aws/lambda/{PROJECT}-{name}"
    assert exported == {
        "functions": {function: f"{beginning}-{function}" for function in expected()},
        "api": f"/aws/apigateway/{PROJECT}-{name}",
    }
    groups = {r.inputs.get("name") for r in of(stack(name), "cloudwatch/logGroup:LogGroup")}
    assert {exported["api"], *exported["functions"].values()} <= groups


@pytest.mark.parametrize(("name", "preview"), MODES)
def test_what_lets_callers_in_is_the_one_secret(name: str, preview: bool) -> None:
    of_graphql = {"graphql_api_key"} if "graphql" in FEATURES and name != "prod" else set()
    lets_in = {"local": set[str](), "dev": {"api_key"}, "prod": {"client_secret"}}[name]
    assert stack(name, preview=preview).secrets == lets_in | of_graphql


def test_a_preview_knows_no_computed_output() -> None:
    outputs = stack("prod", preview=True).outputs
    known = {k for k, v in outputs.items() if not isinstance(v, pulumi.output.Unknown)}
    # A physical name, and logical ones.
    by_hand = {"by_hand"} if "activity" in FEATURES else set()
    assert known == {"dashboard_name", "dead_letters", "log_groups", "releases"} | by_hand
    for entry in outputs["dead_letters"].values():
        unknown = {k for k, v in entry.items() if isinstance(v, pulumi.output.Unknown)}
        assert unknown == {"url", "target"}


def test_the_dashboard_is_a_document_in_which_nothing_is_missing() -> None:
    body = json.loads(
        inputs(stack("prod"), "cloudwatch/dashboard:Dashboard", "monitoring")["dashboardBody"]
    )
    charted = json.dumps(body)
    assert all(f"Outcomes of {function}" in charted for function in FUNCTIONS)
    assert "null" not in charted
    assert "Output" not in charted.replace("Outcomes", "")


@pytest.mark.parametrize("type_", LONGEST)
def test_auto_names_fit(type_: str) -> None:
    named = of(stack("prod"), type_.removeprefix("aws:"))
    assert [r.name for r in named if len(r.name) + AROUND > LONGEST[type_]] == []


def test_names_have_the_pattern_that_their_room_is_computed_by() -> None:
    settings = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
    assert settings["pulumi:autonaming"]["value"]["pattern"] == PATTERN


def test_log_groups_of_two_stacks_have_different_names() -> None:
    def groups(name: str) -> set[str]:
        return {r.inputs["name"] for r in of(stack(name), "cloudwatch/logGroup:LogGroup")} - {
            f"API-Gateway-Execution-Logs_api-id/{name}",
            "/aws/appsync/apis/graphql-id",  # an id of AWS's own
        }

    sockets = stack("dev").recorder.all("aws:apigatewayv2/stage:Stage")
    # And the API's access log, the state machine's, and both logs of each WebSocket API.
    assert len(groups("dev")) == len(FUNCTIONS) + 2 + 2 * len(sockets)
    assert groups("dev").isdisjoint(groups("prod"))


def test_two_runs_register_the_same() -> None:
    """Nothing depends on chance or date, so a second `pulumi up` changes nothing."""
    again = run("prod")
    before = {(r.type, r.name): (r.inputs, r.options) for r in stack("prod").recorder.resources}
    after = {(r.type, r.name): (r.inputs, r.options) for r in again.recorder.resources}
    assert after == before


def test_dev_and_prod_differ() -> None:
    """A throw-away stack may be destroyed; production must not."""

    def traits(name: str) -> dict[str, object]:
        made = stack(name)
        method = inputs(made, "apigateway/methodSettings:MethodSettings", "api-stage-settings")
        bucket = made.recorder.one("aws:s3/bucket:Bucket", "storage")
        image = "create-user-image"
        lifecycle = inputs(made, "ecr/lifecyclePolicy:LifecyclePolicy", f"{image}-lifecycle")
        return {
            "memory": inputs(made, "lambda/function:Function", "create-user")["memorySize"],
            "retention": inputs(made, "cloudwatch/logGroup:LogGroup", "create-user-logs")[
                "retentionInDays"
            ],
            "deletion protection": inputs(made, "dynamodb/table:Table", "users")[
                "deletionProtectionEnabled"
            ],
            "protected": bucket.options.protect,
            "emptied": bucket.inputs["forceDestroy"],
            "images deleted": inputs(made, "ecr/repository:Repository", image)["forceDelete"],
            "images kept": json.loads(lifecycle["policy"])["rules"][0]["selection"]["countNumber"],
            "throttle": method["settings"]["throttlingRateLimit"],
            "alarms' address": [
                r.inputs["endpoint"]
                for r in made.recorder.all("aws:sns/topicSubscription:TopicSubscription")
            ],
            "keys": len(made.recorder.all("aws:apigateway/apiKey:ApiKey")),
            "user pools": len(made.recorder.all("aws:cognito/userPool:UserPool")),
        }

    assert traits("dev") == {
        "memory": 512,
        "retention": 7,
        "deletion protection": False,
        "protected": False,
        "emptied": True,
        "images deleted": True,
        "images kept": 5,
        "throttle": 10,
        "alarms' address": [],
        "keys": 1,
        "user pools": 0,
    }
    assert traits("prod") == {
        "memory": 1024,
        "retention": 365,
        "deletion protection": True,
        "protected": True,
        "emptied": False,
        "images deleted": False,
        "images kept": 50,
        "throttle": 200,
        "alarms' address": ["oncall@example.com"],
        "keys": 0,
        "user pools": 1,
    }


def test_architectures() -> None:
    """The cloud uses the cheaper one; most laptops run theirs without emulation."""
    for name, architecture, platform in (
        ("local", "x86_64", "linux/amd64"),
        ("dev", "arm64", "linux/arm64"),
        ("prod", "arm64", "linux/arm64"),
    ):
        functions = of(stack(name), "lambda/function:Function")
        assert {tuple(f.inputs["architectures"]) for f in functions} == {(architecture,)}
        images = stack(name).recorder.all("docker-build:index:Image")
        assert {tuple(i.inputs["platforms"]) for i in images} == {(platform,)}


def test_a_second_resource_of_a_name_is_refused() -> None:
    def program() -> None:
        for _ in range(2):
            aws.sqs.Queue("twice")

    with pytest.raises(ValueError, match=r"'twice' of type aws:sqs/queue:Queue"):
        recorded(program)
