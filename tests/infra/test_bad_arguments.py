"""Values that a person writes into a program and that AWS would refuse, by the text of the error.

Nothing is made by then: most are refused by the arguments of a component, without the component.
"""

import re
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprint.documents.openapi import openapi
from blueprint.recording import Recorder
from infra.access.callers import CallersArgs
from infra.access.mail_identity import MailIdentity, MailIdentityArgs
from infra.config.api import Api
from infra.config.stack import StackConfig
from infra.function.function import Function
from infra.function.image_function import FunctionArgs
from infra.grants import RESERVED, Grant, environment
from infra.monitoring.stack_monitoring import MonitoringArgs
from infra.storage.bucket import Bucket, BucketArgs
from infra.storage.queue import Queue, QueueArgs
from infra.storage.table import Index, Table, TableArgs
from infra.triggers.bucket_trigger import BucketTrigger, BucketTriggerArgs
from infra.triggers.graphql.api import GraphQLApiArgs
from infra.triggers.http.rest_api import RestApi, RestApiArgs, Route
from infra.triggers.queue_trigger import QueueTriggerArgs
from infra.triggers.schedule_trigger import ScheduleTrigger, ScheduleTriggerArgs
from infra.triggers.stream_trigger import StreamTrigger, StreamTriggerArgs
from infra.triggers.websocket.stage import WebSocketStageArgs
from infra.workflow.state_machine import StateMachine, StateMachineArgs
from tests.support.apis import api, rest_api
from tests.support.apis import function as standard
from tests.support.stacks import PROJECT, recorded

CONFIG = StackConfig()
ARN = "arn:aws:sqs:eu-central-1:123456789012:emails"
LONG = "a" * 64
Make = Callable[[], object]

# Of other components, arguments read no more than this.
FUNCTION: Any = SimpleNamespace(logical_name="get-user", timeout=20, failures=SimpleNamespace())
TABLE: Any = SimpleNamespace(logical_name="users", has_stream=True)


def function(**changes: Any) -> Function:
    return Function(**{"description": "", "memory_mb": 256, "timeout": 30} | changes)


def queue(window: int = 0) -> Any:
    return SimpleNamespace(logical_name="emails", consumer_timeout=30, batch_window=window)


def queue_trigger(window: int = 0, **changes: Any) -> QueueTriggerArgs:
    given = {"function": FUNCTION, "batch_size": 10, "max_concurrency": 2} | changes
    return QueueTriggerArgs(queue=queue(window), **given)


def schedule(expression: Any) -> ScheduleTriggerArgs:
    return ScheduleTriggerArgs(function=FUNCTION, expression=expression)


def stream(pattern: Mapping[str, Any], table: Any = TABLE) -> StreamTriggerArgs:
    return StreamTriggerArgs(table=table, function=FUNCTION, pattern=pattern)


def route(method: str, path: str) -> Route:
    return Route(method, path, FUNCTION, {})


def routes(*paths: str) -> RestApiArgs:
    """Return the arguments of an API with these routes, such as ``GET /users``."""
    made = [route(*path.split(" ")) for path in paths]
    callers: Any = None
    return RestApiArgs(config=Api(), callers=callers, log_retention_days=7, routes=made)


def table(**changes: Any) -> TableArgs:
    return TableArgs(**{"retain": False} | changes)


def index(**changes: Any) -> Index:
    return Index(**{"name": "by-day", "hash_key": "day", "range_key": "id"} | changes)


def sockets(*keys: str) -> WebSocketStageArgs:
    api: Any = None
    return WebSocketStageArgs(
        api=api, routes=dict.fromkeys(keys, FUNCTION), throttle=CONFIG.api.throttle,
        log_retention_days=7,
    )  # fmt: skip


def graphql(*parts: str) -> GraphQLApiArgs:
    nothing: Any = None
    return GraphQLApiArgs(
        schema=nothing, functions=dict.fromkeys(parts, FUNCTION), callers=nothing,
        config=CONFIG.graphql, introspection=True, log_retention_days=7,
    )  # fmt: skip


def callers(scopes: Mapping[str, str], *service_scopes: str) -> CallersArgs:
    return CallersArgs(config=Api(), retain=False, scopes=scopes, service_scopes=service_scopes)


def monitoring(**changes: Any) -> MonitoringArgs:
    nothing: Any = None
    given = {"functions": [FUNCTION], "queues": [], "streams": []} | changes
    return MonitoringArgs(config=CONFIG.alarms, api=nothing, **given)


def machine(name: str) -> StateMachine:
    step = {"Type": "Succeed"}
    definition = {"QueryLanguage": "JSONata", "StartAt": "End", "States": {"End": step}}
    return StateMachine(name, StateMachineArgs(definition=definition, log_retention_days=7))


MEMORY = "; must be a whole number from 128 to 10,240"
TIMEOUT = "; must be a whole number from 1 to 900"
BATCH = "; must be a whole number from 1 to 10: for more"
BATCH_WITH_A_WINDOW = "; must be a whole number from 1 to 10,000"
METHODS = "; must be GET, POST, PUT, PATCH, DELETE or HEAD"
PATH = "; must begin with '/' and"
SCHEDULE = "; must be rate(1 hour), rate(10 minutes) or the like"
TWO_KEYS = "; must be two different attributes"

BAD: dict[str, tuple[Make, str]] = {
    # Environment variables
    "variable of a grant": (
        lambda: Grant(actions=["a:B"], resources=[ARN], env={"users-table": "x"}),
        "an environment variable is called 'users-table'; must be at least two letters, digits and "
        "underscores, and begin with a letter, such as USERS_TABLE",
    ),
    "variable of a function": (
        lambda: function(environment={"1ST": "x"}), "an environment variable is called '1ST'",
    ),
    "reserved variable of a grant": (
        lambda: Grant(actions=["a:B"], resources=[ARN], env={"AWS_REGION": "x"}),
        "an environment variable is called 'AWS_REGION', which Lambda itself sets; choose another "
        "name",
    ),
    "reserved variable": (
        lambda: function(environment={"LAMBDA_TASK_ROOT": "x"}), "'LAMBDA_TASK_ROOT', which Lambda",
    ),
    "handler": (
        lambda: function(environment={"_HANDLER": "x"}), "environment variable is called '_HANDLER'"
    ),
    "variable set twice": (
        lambda: function(
            grants=[Grant(actions=["a:B"], resources=[ARN], env={"QUEUE": "x"})],
            environment={"QUEUE": "y"},
        ),
        "the environment variable QUEUE is set twice",
    ),
    # Functions
    "memory": (lambda: function(memory_mb=5), f"memory_mb is 5{MEMORY}"),
    "too little memory": (lambda: function(memory_mb=127), f"memory_mb is 127{MEMORY}"),
    "too much memory": (lambda: function(memory_mb=10_241), f"memory_mb is 10241{MEMORY}"),
    "memory as a text": (lambda: function(memory_mb="512"), f"memory_mb is '512'{MEMORY}"),
    "broken memory": (lambda: function(memory_mb=512.0), f"memory_mb is 512.0{MEMORY}"),
    "no time": (lambda: function(timeout=0), f"timeout is 0{TIMEOUT}"),
    "too much time": (lambda: function(timeout=901), f"timeout is 901{TIMEOUT}"),
    "time that is true": (lambda: function(timeout=True), f"timeout is True{TIMEOUT}"),
    "description": (
        lambda: function(description="x" * 257),
        f"description is '{'x' * 257}', which has 257 characters; must have at most 256",
    ),
    "arguments of a component": (
        lambda: FunctionArgs(config=CONFIG, description="", memory_mb=5, timeout=1), "memory_mb is"
    ),
    # Queues
    "consumer's time": (
        lambda: QueueArgs(consumer_timeout=901), f"consumer_timeout is 901{TIMEOUT}"
    ),
    "no consumer's time": (
        lambda: QueueArgs(consumer_timeout=0), f"consumer_timeout is 0{TIMEOUT}"
    ),
    "window": (
        lambda: QueueArgs(consumer_timeout=30, batch_window=301),
        "batch_window is 301; must be a whole number from 0 to 300",
    ),
    "batch": (lambda: queue_trigger(batch_size=0), f"batch_size is 0{BATCH}"),
    "batch without a window": (lambda: queue_trigger(batch_size=11), f"batch_size is 11{BATCH}"),
    "empty batch with a window": (
        lambda: queue_trigger(5, batch_size=0), f"batch_size is 0{BATCH_WITH_A_WINDOW}",
    ),
    "batch with a window": (
        lambda: queue_trigger(5, batch_size=10_001), f"batch_size is 10001{BATCH_WITH_A_WINDOW}",
    ),
    "low concurrency": (
        lambda: queue_trigger(max_concurrency=1),
        "max_concurrency is 1; must be a whole number from 2 to 1,000",
    ),
    "high concurrency": (
        lambda: queue_trigger(max_concurrency=1_001),
        "max_concurrency is 1001; must be a whole number from 2 to 1,000",
    ),
    # Schedules
    "schedule": (lambda: schedule("every day"), f"expression is 'every day'{SCHEDULE}"),
    "crontab": (lambda: schedule("0 3 * * *"), f"expression is '0 3 * * *'{SCHEDULE}"),
    "plural": (lambda: schedule("rate(1 hours)"), f"expression is 'rate(1 hours)'{SCHEDULE}"),
    "both days": (
        lambda: schedule("cron(0 3 * * * *)"), f"expression is 'cron(0 3 * * * *)'{SCHEDULE}",
    ),
    "no such hour": (
        lambda: schedule("cron(0 24 * * ? *)"),
        "expression is 'cron(0 24 * * ? *)'; must have hours of 0 to 23",
    ),
    "no such day": (
        lambda: schedule("at(2026-02-30T00:00:00)"),
        "expression is 'at(2026-02-30T00:00:00)'; must be a date and time that exist",
    ),
    # Streams
    "no stream": (
        lambda: stream({}, SimpleNamespace(logical_name="users", has_stream=False)),
        "the table users has no stream; make it with stream=True",
    ),
    "text in a pattern": (
        lambda: stream({"eventName": "INSERT"}),
        "the pattern's eventName is 'INSERT'; must be a list of at least one value, such as "
        "['INSERT']",
    ),
    "number deep in a pattern": (
        lambda: stream({"dynamodb": {"NewImage": {"size": {"N": 3}}}}),
        "the pattern's dynamodb.NewImage.size.N is 3; must be a list",
    ),
    "empty list in a pattern": (
        lambda: stream({"eventName": []}),
        "the pattern's eventName is []; must be a list of at least one value",
    ),
    "long pattern": (
        lambda: stream({"eventName": ["x" * 4_080]}),
        "the pattern has 4098 characters; must have at most 4,096",
    ),
    # Routes
    "method": (lambda: route("GETT", "/users"), f"the route's method is 'GETT'{METHODS}"),
    "lower case": (lambda: route("get", "/users"), f"the route's method is 'get'{METHODS}"),
    "any method": (lambda: route("ANY", "/users"), f"the route's method is 'ANY'{METHODS}"),
    "preflight": (lambda: route("OPTIONS", "/users"), f"the route's method is 'OPTIONS'{METHODS}"),
    "no slash": (
        lambda: route("GET", "users/{id}"),
        "the route's path is 'users/{id}'; must begin with '/' and have, between slashes, words of "
        "letters, digits, '.', '_', '-' and ':', or parameters such as {id}; as the last one also "
        "{rest+}, for the rest of the path",
    ),
    "no path": (lambda: route("GET", ""), f"the route's path is ''{PATH}"),
    "trailing slash": (lambda: route("GET", "/users/"), f"the route's path is '/users/'{PATH}"),
    "empty segment": (lambda: route("GET", "/a//b"), f"the route's path is '/a//b'{PATH}"),
    "colon parameter": (lambda: route("GET", "/a/:id*"), f"the route's path is '/a/:id*'{PATH}"),
    "half a parameter": (lambda: route("GET", "/a/{id"), f"the route's path is '/a/{{id'{PATH}"),
    "mixed segment": (
        lambda: route("GET", "/a/{id}.json"), f"the route's path is '/a/{{id}}.json'{PATH}"
    ),
    "space": (lambda: route("GET", "/a b"), f"the route's path is '/a b'{PATH}"),
    "line end": (lambda: route("GET", "/a\n"), f"the route's path is '/a\\n'{PATH}"),
    "query": (lambda: route("GET", "/a?b=1"), f"the route's path is '/a?b=1'{PATH}"),
    "greedy in the middle": (
        lambda: route("GET", "/{rest+}/a"), f"the route's path is '/{{rest+}}/a'{PATH}"
    ),
    "parameter twice": (
        lambda: route("GET", "/users/{id}/files/{id}"),
        "the route's path is '/users/{id}/files/{id}', which has the parameter 'id' twice; give "
        "each a name of its own",
    ),
    "route twice": (
        lambda: routes("GET /users", "POST /users", "GET /users"),
        "the route GET /users is given twice; leave one out",
    ),
    "siblings": (
        lambda: routes("GET /users/{id}", "GET /users/{name}/files"),
        "the routes have the parameters {id} and {name} at the same place, after /users; API "
        "Gateway allows one there: give both the same name",
    ),
    "siblings at the root": (
        lambda: routes("GET /{id}", "GET /{rest+}"), "{id} and {rest+} at the same place, after /;",
    ),
    "paths whose resources share a name": (
        lambda: routes("GET /users/{id}", "GET /users/by-id"),
        "the paths '/users/{id}' and '/users/by-id' would give two resources the name "
        "'users-by-id'; change a word of one",
    ),
    "parts of paths whose resources share a name": (
        lambda: routes("GET /a-b/c", "GET /a/b"), "the paths '/a-b' and '/a/b' would give",
    ),
    # WebSocket and GraphQL APIs
    "route's key": (
        lambda: sockets("$connect", "$close"),
        "a route's key is '$close'; must be $connect, $disconnect, $default, or letters, digits, "
        "'_' and '-', as clients send them in `action`",
    ),
    "every action": (lambda: sockets("*"), "a route's key is '*'; must be $connect"),
    "no action": (lambda: sockets(""), "a route's key is ''; must be $connect"),
    "action like connect": (
        lambda: sockets("$connect", "connect"),
        "the routes '$connect' and 'connect' would give two resources the name 'connect'; choose "
        "another action",
    ),
    "GraphQL part": (
        lambda: graphql("user-files"),
        "a part of the schema is called 'user-files'; must be letters, digits and underscores, and "
        "not begin with a digit",
    ),
    # Tables
    "key twice": (lambda: table(range_key="id"), f"hash_key and range_key are both 'id'{TWO_KEYS}"),
    "no key": (
        lambda: table(hash_key=""),
        "an attribute's name is ''; must have 1 to 255 characters",
    ),
    "time to live of a key": (
        lambda: table(ttl_attribute="id"),
        "ttl_attribute is 'id', which is a text in a key; must be an attribute that holds a number "
        "of seconds since 1970",
    ),
    "time to live of an index's text": (
        lambda: table(ttl_attribute="day", indexes=[index()]), "ttl_attribute is 'day', which is a"
    ),
    "two types": (
        lambda: table(indexes=[index(range_key="id", range_type="N")]),
        "the attribute 'id' is of type S in one key and N in another; must be of one type",
    ),
    "index twice": (
        lambda: table(indexes=[index(), index(hash_key="month")]),
        "two indexes are called 'by-day'; give each a name of its own",
    ),
    "index's name": (
        lambda: index(name="by day"),
        "the index's name is 'by day'; must be 3 to 255 letters, digits, '_', '-' and '.'",
    ),
    "short index's name": (lambda: index(name="by"), "the index's name is 'by'; must be 3 to 255"),
    "index's key twice": (
        lambda: index(range_key="day"), f"hash_key and range_key are both 'day'{TWO_KEYS}"
    ),
    "index's type": (
        lambda: index(range_type="B"), "range_type is 'B'; must be 'S' for texts or 'N' for numbers"
    ),
    "text for a list": (
        lambda: index(include="name"), "include is 'name'; must be a list of attributes"
    ),
    "attribute twice": (
        lambda: index(include=["name", "name"]), "include has 'name' twice; leave one out"
    ),
    "attributes": (
        lambda: index(include=[f"a{n}" for n in range(21)]),
        "include has 21 attributes; must have at most 20",
    ),
    "attributes of all indexes": (
        lambda: table(
            indexes=[
                index(name=f"by-{n}", include=[f"a{m}" for m in range(20)]) for n in range(100, 106)
            ]
        ),
        "the indexes include 120 attributes; must include at most 100 together",
    ),
    # Buckets
    "no days": (
        lambda: BucketArgs(retain=False, expire_days={"uploads/": 0}),
        "expire_days of 'uploads/' is 0; must be a whole number from 1 to 2,147,483,647",
    ),
    "prefixes of one rule": (
        lambda: BucketArgs(retain=False, expire_days={"uploads/": 7, "uploads": 8}),
        "expire_days has 'uploads/' and 'uploads', whose rules would share a name; leave one out",
    ),
    # Callers
    "scope": (
        lambda: callers({"users/read": "Read users"}),
        "a scope is called 'users/read'; must be 1 to 256 characters of ASCII, without spaces, "
        "'/', '\"' and '\\', such as items.read",
    ),
    "scope without a description": (
        lambda: callers({"users.read": ""}),
        "the description of the scope 'users.read' is ''; must have 1 to 256 characters",
    ),
    "service's scope": (
        lambda: callers({"users.read": "Read users"}, "users.write"),
        "service_scopes has 'users.write'; must be among scopes: users.read",
    ),
    # Monitoring
    "outcome twice": (
        lambda: monitoring(outcomes=[(FUNCTION, "failed"), (FUNCTION, "failed")]),
        "outcomes has get-user's 'failed' twice; leave one out",
    ),
    "queue watched twice": (
        lambda: monitoring(queues=[trigger, trigger]),
        "queues has the trigger of emails twice; leave one out",
    ),
}  # fmt: skip
trigger = SimpleNamespace(queue=queue())

LEFT = len(f"{PROJECT}-dev--0123456")
"""What the stack adds to a name."""

BAD_NAMES: dict[str, tuple[Make, str]] = {
    "table": (
        lambda: Table("my users", table()),
        "the table's name is 'my users'; must be letters, digits, '_', '-' and '.'",
    ),
    "long table": (
        lambda: Table("t" * (256 - LEFT), table()),
        f"' has {256 - LEFT} characters; must have at most {255 - LEFT}: project, stack and "
        f"what is added take {LEFT} of the 255 that AWS allows",
    ),
    "bucket": (
        lambda: Bucket("user_files", BucketArgs(retain=False)),
        "the bucket's name is 'user_files'; must be lower-case letters, digits and '-'",
    ),
    "capitals": (
        lambda: Bucket("Files", BucketArgs(retain=False)), "the bucket's name is 'Files'; must be",
    ),
    "long bucket": (
        lambda: Bucket(LONG, BucketArgs(retain=False)),
        f"the bucket's name '{LONG}' has 64 characters; must have at most {63 - LEFT}: project",
    ),
    "queue": (
        lambda: Queue("e.mails", QueueArgs(consumer_timeout=30)),
        "the queue's name is 'e.mails'; must be letters, digits, '_' and '-'",
    ),
    "queue whose dead letters have a long name": (
        lambda: Queue("q" * (80 - LEFT - 12), QueueArgs(consumer_timeout=30)),
        f"characters; must have at most {80 - LEFT - 13}: project, stack and what is "
        f"added take {LEFT + 13} of the 80 that AWS allows",
    ),
    "stream": (
        lambda: StreamTrigger("new users", stream({})), "the queue's name is 'new users'; must be"
    ),
    "schedule": (
        lambda: ScheduleTrigger(LONG, schedule("rate(1 hour)")),
        f"the role's name '{LONG}' has 64 characters; must have at most {64 - LEFT - 5}: project",
    ),
    "schedule's name": (
        lambda: ScheduleTrigger("clean up", schedule("rate(1 hour)")),
        "the role's name is 'clean up'; must be letters, digits, '_', '-' and '.'",
    ),
    "bucket's trigger": (
        lambda: BucketTrigger(
            "new.files",
            BucketTriggerArgs(
                bucket=SimpleNamespace(), function=FUNCTION, prefix="a/", outputs=()  # type: ignore[arg-type]
            ),
        ),
        "the permission's name is 'new.files'; must be letters, digits, '_' and '-'",
    ),
    "state machine": (
        lambda: machine("m" * 50),
        f"the role's name '{'m' * 50}' has 50 characters; must have at most {64 - LEFT - 5}",
    ),
    "state machine's name": (
        lambda: machine("erase users"),
        "the role's name is 'erase users'; must be letters, digits, '_', '-' and '.'",
    ),
    "sender": (
        lambda: MailIdentity("m.ail", MailIdentityArgs(sender="a@b.example.com", create=True)),
        "the configuration set's name is 'm.ail'; must be letters, digits, '_' and '-'",
    ),
    "route": (
        lambda: RestApi("api", routes("DELETE " + "/organisations" * 5)),
        "the route DELETE " + "/organisations" * 5 + " has a name of 87 characters, "
        f"'api-delete{'-organisations' * 5}-invoke'; must have at most {100 - LEFT}: shorten",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_arguments_are_refused(case: str) -> None:
    make, text = BAD[case]
    with pytest.raises(ValueError, match=re.escape(text)) as refused:
        make()
    assert type(refused.value) is ValueError


@pytest.mark.parametrize("case", BAD_NAMES)
def test_names_are_refused_before_anything_is_made(case: str) -> None:
    make, text = BAD_NAMES[case]
    recorder = Recorder()
    with pytest.raises(ValueError, match=re.escape(text)):
        recorded(make, recorder=recorder)
    assert recorder.resources == []


GOOD: dict[str, Make] = {
    "least": lambda: function(memory_mb=128, timeout=1),
    "most": lambda: function(memory_mb=10_240, timeout=900, description="x" * 256),
    "queue": lambda: QueueArgs(consumer_timeout=900, batch_window=300),
    "one message": lambda: queue_trigger(batch_size=1, max_concurrency=1_000),
    "large batches": lambda: queue_trigger(1, batch_size=10_000),
    "cron": lambda: schedule("cron(0 3 ? * MON-FRI *)"),
    "no filter": lambda: stream({}),
    "either": lambda: stream({"$or": [{"eventName": ["INSERT"]}, {"eventName": ["REMOVE"]}]}),
    "root": lambda: routes("GET /", "POST /"),
    "greedy": lambda: routes("GET /files/{rest+}", "GET /files"),
    "custom method": lambda: route("POST", "/v1.0/users:batch_get/{user-id}"),
    "sockets": lambda: sockets("$connect", "$disconnect", "$default", "talk-to_2"),
    "expiring index": lambda: table(
        ttl_attribute="expires",
        indexes=[index(range_key="expires", range_type="N", include=["name"])],
    ),
    "buckets": lambda: BucketArgs(retain=False, expire_days={"": 1, "uploads/": 36_500}),
    "scopes": lambda: callers({"users.read": "Read users"}, "users.read"),
    "outcomes": lambda: monitoring(outcomes=[(FUNCTION, "failed"), (FUNCTION, "busy")]),
}


@pytest.mark.parametrize("case", GOOD)
def test_what_aws_takes_is_not_refused(case: str) -> None:
    assert GOOD[case]()


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_lambdas_own_variables_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="an environment variable is called"):
        environment([], {name: "x"})


ANY_NAME = st.one_of(
    st.text(max_size=4),
    st.text("aZ9_-.", max_size=4),
    st.from_regex("[a-zA-Z][a-zA-Z0-9_]+", fullmatch=True),
    st.sampled_from(sorted(RESERVED)),
)


@given(ANY_NAME)
def test_a_variables_name_is_one_that_lambda_takes(name: str) -> None:
    """By botocore's pattern: it has it from Lambda's own description."""
    takes = re.fullmatch("[a-zA-Z]([a-zA-Z0-9_])+", name) and name not in RESERVED
    for make in (
        lambda: function(environment={name: "x"}),
        lambda: Grant(actions=["a:B"], resources=[ARN], env={name: "x"}),
    ):
        if takes:
            make()
        else:
            with pytest.raises(ValueError, match="an environment variable is called"):
                make()


WORD = st.text("azAZ09._-:", min_size=1, max_size=3)
PARAMETER = st.text("azAZ09._-", min_size=1, max_size=3).map(lambda name: f"{{{name}}}")
SEGMENTS = st.lists(st.one_of(WORD, PARAMETER), max_size=4, unique=True)


@given(SEGMENTS, st.booleans())
def test_every_path_that_api_gateway_takes_is_taken(segments: list[str], greedy: bool) -> None:
    rest = ["{the-rest+}"] if greedy else []
    assert route("GET", "/" + "/".join([*segments, *rest]))


@given(SEGMENTS, st.sampled_from(["", "{}", "{+}", "a{b}", "{a}b", "{a", "a}", "ä", " ", "*", "{ä}",
                                  "{a+}+", "a+", "{a:b}", "\n"]), SEGMENTS)  # fmt: skip
def test_a_wrong_segment_is_refused_at_any_place(
    before: list[str], wrong: str, after: list[str]
) -> None:
    path = "/" + "/".join([*before, wrong, *after])
    if path == "/":
        return
    with pytest.raises(ValueError, match="the route's path is"):
        route("GET", path)


@given(st.text("/a{}+:. ", max_size=12))
def test_a_path_is_taken_or_named_in_the_error(path: str) -> None:
    segment = r"([A-Za-z0-9._:-]+|\{[A-Za-z0-9._-]+\+?\})"
    refused: list[str] = []
    try:
        route("GET", path)
    except ValueError as error:
        refused.append(str(error))
    assert all(repr(path) in text for text in refused)
    assert refused or re.fullmatch(f"/|(/{segment})+", path)


def test_a_greedy_parameter_is_required_by_its_name() -> None:
    made = api(routes=lambda f: [Route("GET", "/files/{rest+}", f, {})])
    method = made.one("aws:apigateway/method:Method", "api-get-files-by-rest")
    assert method.inputs["requestParameters"] == {"method.request.path.rest": True}


def test_a_greedy_parameter_has_its_name_in_the_document() -> None:
    found: list[str] = []

    def program() -> None:
        greedy = Route("POST", "/files/{rest+}", standard(), {})
        made = rest_api(routes=[greedy], components={"Error": {}})
        found.extend(openapi(made)["paths"])

    recorded(program)
    assert found == ["/files/{rest}"]


def test_a_permission_is_named_with_what_lambda_takes() -> None:
    """Lambda takes no dots and colons in the id of a statement, which is auto-named."""
    made = api(routes=lambda f: [Route("GET", "/v1.0/users:list", f, {})])
    names = {each.name for each in made.all("aws:lambda/permission:Permission")}
    assert names == {"api-get-v1-0-users-list-invoke"}
