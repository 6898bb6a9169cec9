"""What each function and each service may do: whole documents, to be read."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.apis import api
from tests.support.functions import allowed, allowed_with_a_key, consumed, in_network
from tests.support.stacks import FUNCTIONS, PROJECT, STACKS, of, stack
from tests.support.statements import HERE, KEY, Statement, allow, failures, send_to, telemetry

MANAGE_INTERFACES = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:UnassignPrivateIpAddresses",
)
FIND_INTERFACES = ("ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets")
# What each function's role lets Lambda do, and not the function, where there is a network.
CONNECTION: list[Statement] = [
    allow(*MANAGE_INTERFACES, on=f"arn:aws:ec2:{HERE}:*/*"),
    {"Effect": "Allow", "Action": list(FIND_INTERFACES), "Resource": "*"},
    {
        "Effect": "Deny",
        "Action": [*MANAGE_INTERFACES, *FIND_INTERFACES],
        "Resource": "*",
        "Condition": {"ArnLike": {"lambda:SourceFunctionArn": f"arn:aws:lambda:{HERE}:function:*"}},
    },
]
FLOW_LOG = "network-flow-policy"
OF_A_NETWORK = {FLOW_LOG, *(f"{function}-connection" for function in in_network())}


def with_a_key(name: str, statements: list[Statement]) -> list[Statement]:
    """Return the statements for the stack's own key, which only production has."""
    return statements if name == "prod" else []


# What Step Functions requires to log and to trace.
LOG_DELIVERY = (
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
)
SAMPLING = (
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
)

# Where "*" is allowed as a resource: these actions know none.
WITHOUT_RESOURCE = {
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
    "logs:DescribeLogGroups",
    *FIND_INTERFACES,
    *LOG_DELIVERY,
    *SAMPLING,
}


def policies(name: str) -> dict[str, tuple[str, list[Statement]]]:
    """Return the role and the statements of every policy, by its name."""
    made: dict[str, tuple[str, list[Statement]]] = {}
    for policy in of(stack(name), "iam/rolePolicy:RolePolicy"):
        # A state machine's name is fixed, and has project and stack in front.
        text = re.sub(rf"(:states:[^\"]*:){PROJECT}-{name}-", r"\1", policy.inputs["policy"])
        text = text.replace(f":live/{name}/", ":live/STAGE/")
        document = json.loads(text)
        assert document["Version"] == "2012-10-17"
        made[policy.name] = (policy.inputs["role"], document["Statement"])
    return made


def trusts(name: str) -> dict[str, Statement]:
    made = {}
    for role in of(stack(name), "iam/role:Role"):
        [statement] = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
        made[role.name] = statement
    return made


@pytest.mark.parametrize("name", ["prod", "local"])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_do_this_and_no_more(function: str, name: str) -> None:
    role, statements = policies(name)[f"{function}-policy"]
    assert role == f"{function}-role"
    [logs, traces] = telemetry(function)
    key = with_a_key(name, allowed_with_a_key()[function])
    assert statements == [*allowed()[function], logs, *key, traces]


@pytest.mark.parametrize("name", ["prod", "local"])
@pytest.mark.parametrize("policy", consumed())
def test_a_mapping_may_read_its_source(policy: str, name: str) -> None:
    function, consume = consumed()[policy]
    statements = [*consume.statements, *with_a_key(name, consume.with_a_key)]
    assert policies(name)[policy] == (f"{function}-role", statements)


def schedules() -> dict[str, str]:
    """Return the function that each schedule invokes; EventBridge does so by a role of its own."""
    targets = {
        schedule.name: schedule.inputs["target"]["arn"].rpartition(":")[2]
        for schedule in of(stack("prod"), "scheduler/schedule:Schedule")
    }
    return {name: target.removesuffix("-live") for name, target in targets.items()}


@pytest.mark.parametrize("name", ["prod", "local"])
def test_a_schedule_may_invoke_its_function(name: str) -> None:
    for schedule, function in schedules().items():
        role, statements = policies(name)[f"{schedule}-policy"]
        assert role == f"{schedule}-role"
        assert statements == [
            allow("lambda:InvokeFunction", on=f"arn:aws:lambda:{HERE}:{function}-live"),
            failures(function),
            *with_a_key(name, [send_to(f"{function}-failures")]),
        ]


def machines(name: str) -> dict[str, set[str]]:
    """Return what the definition of each state machine calls, read from what AWS gets."""

    def called(machine: Any) -> Iterator[str]:
        for state in machine["States"].values():
            if state["Type"] == "Task":
                assert state["Resource"] == "arn:aws:states:::lambda:invoke"
                yield state["Arguments"]["FunctionName"]
            inner = [*state.get("Branches", ()), state.get("ItemProcessor")]
            for each in filter(None, inner):
                yield from called(each)

    # A program may have none.
    made = stack(name).recorder.all("aws:sfn/stateMachine:StateMachine")
    return {m.name: set(called(json.loads(m.inputs["definition"]))) for m in made}


def use_of_the_key(machine: str) -> list[Statement]:
    """Return how a machine's role uses the key: for its executions, and for their log."""
    of = "kms:EncryptionContext"
    arn = f"arn:aws:states:{HERE}:stateMachine:{machine}"
    return [
        allow(
            "kms:Decrypt",
            "kms:GenerateDataKey",
            on=KEY,
            when={"StringEquals": {f"{of}:aws:states:stateMachineArn": arn}},
        ),
        allow(
            "kms:GenerateDataKey",
            on=KEY,
            when={"StringEquals": {f"{of}:SourceArn": f"arn:aws:logs:{HERE}:*"}},
        ),
    ]


@pytest.mark.parametrize("name", STACKS)
def test_a_state_machine_may_invoke_what_its_definition_calls_and_nothing_else(name: str) -> None:
    """In both directions: the emulator does not enforce this role."""
    for machine, called in machines(name).items():
        role, statements = policies(name)[f"{machine}-policy"]
        made = stack(name).recorder.one("aws:sfn/stateMachine:StateMachine", machine)
        assert made.inputs["roleArn"].endswith(f":{role}")
        assert statements == [
            allow("lambda:InvokeFunction", on=sorted(called)),
            *with_a_key(name, use_of_the_key(machine)),
            {"Effect": "Allow", "Action": list(LOG_DELIVERY), "Resource": "*"},
            {"Effect": "Allow", "Action": list(SAMPLING), "Resource": "*"},
        ]
        allowed_to_invoke = {
            arn
            for statement in statements
            if "lambda:InvokeFunction" in statement["Action"]
            for arn in statement["Resource"]
        }
        aliases = {f"arn:aws:lambda:{HERE}:{function}-live" for function in FUNCTIONS}
        assert allowed_to_invoke == called <= aliases


def graphql_apis(name: str) -> list[str]:
    """Return the names of the GraphQL APIs: one, or none where the feature was removed."""
    return [m.name for m in stack(name).recorder.all("aws:appsync/graphQLApi:GraphQLApi")]


def graphql(name: str) -> dict[str, str]:
    """Return the alias that each data source of the GraphQL API invokes, by the source's name."""
    made = stack(name).recorder.all("aws:appsync/dataSource:DataSource")
    return {m.name.removesuffix("-source"): m.inputs["lambdaConfig"]["functionArn"] for m in made}


@pytest.mark.parametrize("name", STACKS)
def test_a_data_source_may_invoke_its_function_and_nothing_else(name: str) -> None:
    """In both directions: the emulator does not enforce this role."""
    sources = graphql(name)
    aliases = {f"arn:aws:lambda:{HERE}:{function}-live" for function in FUNCTIONS}
    for source, function in sources.items():
        made = stack(name).recorder.one("aws:appsync/dataSource:DataSource", f"{source}-source")
        assert made.inputs["serviceRoleArn"].endswith(f":{source}-role")
        assert policies(name)[f"{source}-policy"] == (
            f"{source}-role",
            [allow("lambda:InvokeFunction", on=function)],
        )
    assert len(set(sources.values())) == len(sources)
    assert set(sources.values()) <= aliases


@pytest.mark.parametrize("name", STACKS)
def test_the_graphql_api_may_write_its_own_log(name: str) -> None:
    for made in graphql_apis(name):
        group = f"arn:aws:logs:{HERE}:{made}-log"
        assert policies(name)[f"{made}-log-policy"] == (
            f"{made}-log-role",
            [allow("logs:CreateLogStream", "logs:PutLogEvents", on=f"{group}:*")],
        )


def test_the_gateway_may_write_logs_of_every_api_of_the_account() -> None:
    made = api({"accountLogRole": True}).one(
        "aws:iam/rolePolicy:RolePolicy", "api-stage-log-policy"
    )
    assert made.inputs["role"] == "api-stage-log-role"
    assert json.loads(made.inputs["policy"])["Statement"] == [
        allow(
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:DescribeLogStreams",
            "logs:FilterLogEvents",
            "logs:GetLogEvents",
            "logs:PutLogEvents",
            on=f"arn:aws:logs:{HERE}:log-group:*",
        ),
        {"Effect": "Allow", "Action": "logs:DescribeLogGroups", "Resource": "*"},
    ]


@pytest.mark.parametrize("function", in_network())
def test_lambda_may_connect_the_function_to_the_network(function: str) -> None:
    assert policies("prod")[f"{function}-connection"] == (f"{function}-role", CONNECTION)


def test_the_flow_log_may_be_written() -> None:
    role, statements = policies("prod")[FLOW_LOG]
    group = f"arn:aws:logs:{HERE}:network-flow-log"
    assert role == "network-flow-role"
    assert statements == [
        allow(
            "logs:CreateLogStream",
            "logs:DescribeLogStreams",
            "logs:PutLogEvents",
            on=[group, f"{group}:*"],
        ),
        {"Effect": "Allow", "Action": "logs:DescribeLogGroups", "Resource": "*"},
    ]


def test_these_are_all_policies() -> None:
    """A policy that no test above reads would never be checked."""
    read = {
        *(f"{function}-policy" for function in FUNCTIONS),
        *consumed(),
        *(f"{schedule}-policy" for schedule in schedules()),
        *(f"{machine}-policy" for machine in machines("prod")),
        *(f"{source}-policy" for source in graphql("prod")),
        *(f"{api}-log-policy" for api in graphql_apis("prod")),
        *OF_A_NETWORK,
    }
    new = set(policies("prod")) - read
    assert not new, f"no tests/functions/*/permissions.py has {sorted(new)} in TRIGGERS"
    assert read == set(policies("prod"))


@pytest.mark.parametrize("name", STACKS)
def test_stacks_grant_the_same(name: str) -> None:
    """Only key and network differ, which the tests above check."""

    def written(of_stack: str) -> str:
        made = {
            policy: (role, [s for s in statements if not s["Action"][0].startswith("kms:")])
            for policy, (role, statements) in policies(of_stack).items()
            if policy not in OF_A_NETWORK
        }
        return json.dumps(made, sort_keys=True)

    sender = "no-reply@dev.example.com" if name == "dev" else "no-reply@example.com"
    assert sender in written(name)
    assert written(name).replace(sender, "no-reply@example.com") == written("prod")


@pytest.mark.parametrize("name", STACKS)
def test_trust(name: str) -> None:
    def only(service: str, when: Statement | None = None) -> Statement:
        statement: Statement = {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sts:AssumeRole",
        }
        return statement | ({"Condition": when} if when else {})

    this_account = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    flow_logs = {"ArnLike": {"aws:SourceArn": f"arn:aws:ec2:{HERE}:vpc-flow-log/*"}}
    network = {"network-flow-role": only("vpc-flow-logs.amazonaws.com", this_account | flow_logs)}
    assert trusts(name) == {
        **{f"{function}-role": only("lambda.amazonaws.com") for function in FUNCTIONS},
        **{f"{s}-role": only("scheduler.amazonaws.com", this_account) for s in schedules()},
        **{
            f"{m}-role": only(
                "states.amazonaws.com",
                this_account
                | {
                    "ArnLike": {
                        "aws:SourceArn": f"arn:aws:states:{HERE}:stateMachine:{PROJECT}-{name}-{m}"
                    }
                },
            )
            for m in machines(name)
        },
        **{
            f"{source}-role": only(
                "appsync.amazonaws.com",
                this_account | {"ArnLike": {"aws:SourceArn": f"arn:aws:appsync:{HERE}:graphql"}},
            )
            for source in graphql(name)
        },
        **{
            f"{api}-log-role": only("appsync.amazonaws.com", this_account)
            for api in graphql_apis(name)
        },
        **(network if name == "prod" else {}),
    }


@pytest.mark.parametrize("name", STACKS)
def test_each_function_has_a_role_of_its_own(name: str) -> None:
    functions = of(stack(name), "lambda/function:Function")
    roles = {f.name: f.inputs["role"].rpartition(":")[2] for f in functions}
    assert roles == {function: f"{function}-role" for function in FUNCTIONS}


@pytest.mark.parametrize("name", STACKS)
def test_no_wildcards(name: str) -> None:
    """No action has a wildcard; a resource has one only at its end, after a prefix.

    But for the network interfaces, which Lambda alone may manage, and of which it takes no less.
    """
    seen = 0
    for _, statements in policies(name).values():
        for statement in (s for s in statements if s not in CONNECTION):
            actions, on = statement["Action"], statement["Resource"]
            actions = [actions] if isinstance(actions, str) else actions
            assert not [a for a in actions if "*" in a]
            if on == "*":
                assert set(actions) <= WITHOUT_RESOURCE
            else:
                for arn in on:
                    assert arn.startswith("arn:aws:")
                    assert "*" not in arn[:-1]
                    assert arn.removesuffix("*").endswith(("/", ":", "_")) or "*" not in arn
            seen += 1
    assert seen > 4 * len(FUNCTIONS)


@pytest.mark.parametrize("name", STACKS)
def test_no_policy_of_anybody_else(name: str) -> None:
    """Roles have no managed policies, and no policies attached in another way."""
    types = {r.type for r in stack(name).recorder.resources if r.type.startswith("aws:iam/")}
    assert types == {"aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"}
    for role in of(stack(name), "iam/role:Role"):
        assert set(role.inputs) == {"assumeRolePolicy"}
