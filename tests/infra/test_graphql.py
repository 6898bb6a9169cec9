"""The GraphQL API: one resolver for each field, roles that may do no more, its limits and key."""

import datetime
import json
from functools import cache
from typing import Any

import pytest

from blueprint.project import ROOT
from blueprint.recording import Recorder
from infra.access.callers import Callers, CallersArgs
from infra.config.api import Api
from infra.config.graphql import GraphQL
from infra.triggers.graphql.api import GraphQLApi, GraphQLApiArgs
from infra.triggers.graphql.schema import Field, Schema, compose
from tests.support.apis import function
from tests.support.stacks import STACKS, recorded, stack

APPSYNC = "aws:appsync/"
FIELDS = (
    Field(type="Query", name="user", part="get"),
    Field(type="User", name="friends", part="get"),
    Field(type="Mutation", name="createUser", part="create"),
)
COGNITO = {"authorization": "cognito", "cognito": {"userPoolArn": (
    "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Abc"
)}}  # fmt: skip


def made(
    *,
    authorization: dict[str, Any] | None = None,
    text: str = "type Query",
    limits: dict[str, int] | None = None,
    introspection: bool = False,
    timeout: int = 20,
) -> Recorder:
    """Make a GraphQL API of two functions."""

    def program() -> None:
        config = Api.model_validate(authorization or {})
        functions = {n: function(f"{n}-user", timeout=timeout) for n in ("get", "create")}
        GraphQLApi(
            "graph",
            GraphQLApiArgs(
                schema=Schema(text=text, fields=FIELDS),
                functions=functions,
                callers=Callers("callers", CallersArgs(config=config, retain=False, scopes={})),
                config=GraphQL.model_validate(limits or {}),
                introspection=introspection,
                log_retention_days=7,
            ),
        )

    return recorded(program)


@cache
def standard() -> Recorder:
    return made()


def policies(recorder: Recorder) -> dict[str, list[dict[str, Any]]]:
    found = recorder.all("aws:iam/rolePolicy:RolePolicy")
    return {p.name: json.loads(p.inputs["policy"])["Statement"] for p in found}


def test_each_field_has_a_resolver_of_its_function_in_batches() -> None:
    resolvers = [
        r.inputs for r in made(limits={"maxBatchSize": 7}).all(f"{APPSYNC}resolver:Resolver")
    ]
    assert {(r["type"], r["field"], r["dataSource"]) for r in resolvers} == {
        ("Query", "user", "get"),
        ("User", "friends", "get"),
        ("Mutation", "createUser", "create"),
    }
    assert {r["maxBatchSize"] for r in resolvers} == {7}
    # A direct resolver: AppSync invokes the function without a template.
    assert not any(key in r for r in resolvers for key in ("code", "requestTemplate", "runtime"))


def test_a_resolver_is_made_after_the_schema_and_its_permission() -> None:
    recorder = standard()
    needs = recorder.one(f"{APPSYNC}resolver:Resolver", "graph-Query-user").options.depends_on
    assert (f"{APPSYNC}graphQLApi:GraphQLApi", "graph") in needs
    assert ("aws:iam/rolePolicy:RolePolicy", "graph-get-policy") in needs


def test_a_role_may_invoke_one_alias_and_only_for_this_api() -> None:
    recorder = standard()
    for name in ("get", "create"):
        source = recorder.one(f"{APPSYNC}dataSource:DataSource", f"graph-{name}-source").inputs
        alias = source["lambdaConfig"]["functionArn"]
        assert policies(recorder)[f"graph-{name}-policy"] == [
            {"Effect": "Allow", "Action": ["lambda:InvokeFunction"], "Resource": [alias]}
        ]
        role = recorder.one("aws:iam/role:Role", f"graph-{name}-role").inputs
        [trusted] = json.loads(role["assumeRolePolicy"])["Statement"]
        assert trusted["Principal"] == {"Service": "appsync.amazonaws.com"}
        assert trusted["Condition"]["ArnLike"]["aws:SourceArn"].endswith("graph")


def test_it_logs_errors_without_what_people_sent() -> None:
    recorder = standard()
    api = recorder.one(f"{APPSYNC}graphQLApi:GraphQLApi", "graph").inputs
    assert api["logConfig"]["fieldLogLevel"] == "ERROR"
    assert api["logConfig"]["excludeVerboseContent"] is True
    assert api["xrayEnabled"] is True
    group = recorder.one("aws:cloudwatch/logGroup:LogGroup", "graph-log").inputs
    assert (group["name"], group["retentionInDays"]) == ("/aws/appsync/apis/graph-id", 7)
    [statement] = policies(recorder)["graph-log-policy"]
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]


def test_limits_and_introspection_are_the_configurations() -> None:
    limits = {"maxDepth": 4, "maxResolvers": 9}
    api = made(limits=limits).one(f"{APPSYNC}graphQLApi:GraphQLApi", "graph").inputs
    assert (api["queryDepthLimit"], api["resolverCountLimit"]) == (4, 9)
    for name in STACKS:
        for each in stack(name).recorder.all(f"{APPSYNC}graphQLApi:GraphQLApi"):
            expected = "DISABLED" if name == "prod" else "ENABLED"
            assert each.inputs["introspectionConfig"] == expected


def test_another_schema_changes_the_api() -> None:
    texts = {
        made(text=text).one(f"{APPSYNC}graphQLApi:GraphQLApi", "graph").inputs["schema"]
        for text in ("type Query { a: Int }", "type Query { b: Int }")
    }
    assert texts == {"type Query { a: Int }", "type Query { b: Int }"}


def test_tokens_are_those_of_the_rest_api() -> None:
    recorder = made(authorization=COGNITO)
    api = recorder.one(f"{APPSYNC}graphQLApi:GraphQLApi", "graph").inputs
    assert api["authenticationType"] == "AMAZON_COGNITO_USER_POOLS"
    assert api["userPoolConfig"] == {
        "awsRegion": "eu-west-1",
        "userPoolId": "eu-west-1_Abc",
        "defaultAction": "ALLOW",
    }
    assert not recorder.all(f"{APPSYNC}apiKey:ApiKey")


def test_without_tokens_a_key_is_needed_that_lives_as_long_as_appsync_allows() -> None:
    recorder = standard()
    api = recorder.one(f"{APPSYNC}graphQLApi:GraphQLApi", "graph").inputs
    assert api["authenticationType"] == "API_KEY"
    [key] = recorder.all(f"{APPSYNC}apiKey:ApiKey")
    expires = datetime.datetime.fromisoformat(key.inputs["expires"])
    left = expires - datetime.datetime.now(datetime.UTC)
    assert datetime.timedelta(days=300) < left < datetime.timedelta(days=365)
    assert expires.day == 1


def test_a_function_must_answer_before_appsync_gives_up() -> None:
    with pytest.raises(ValueError, match=r"may take 30 s; AppSync waits 30 s.*shorter timeout"):
        made(timeout=30)


@pytest.mark.needs("graphql")
def test_the_program_resolves_every_field_that_its_parts_extend() -> None:
    recorder = stack("local").recorder
    expected: set[tuple[str, str, str]] = set()
    files = sorted((ROOT / "handlers").glob("*/schema.graphql"))
    for field in compose({path.parent.name: path for path in files}).fields:
        expected.add((field.type, field.name, f"{field.part.replace('_', '-')}-live"))
    sources = {
        s.inputs["name"]: s.inputs["lambdaConfig"]["functionArn"].rpartition(":")[2]
        for s in recorder.all(f"{APPSYNC}dataSource:DataSource")
    }
    resolvers = recorder.all(f"{APPSYNC}resolver:Resolver")
    found = [
        (r.inputs["type"], r.inputs["field"], sources[r.inputs["dataSource"]]) for r in resolvers
    ]
    assert len(found) == len(set(found))
    assert set(found) == expected
