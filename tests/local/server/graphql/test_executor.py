"""The local executor: batches, limits, errors as AppSync's, and an answer to any text."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.server.graphql.batches import FieldError
from local.server.graphql.executor import Api, Request, Resolver, Unreadable, run
from tests.support.loop import in_loop

SCHEMA = """# A person.
type User {
  id: ID!
  files(first: Int = 3): [File!]
}
type File { id: ID!  owner: User  size: Int! }
type Query { users: [User!]  user(id: ID!): User  broken: User }
type Mutation { createUser(name: String!): User }
"""
RESOLVED = ["Query.users", "Query.user", "Query.broken", "User.files", "File.owner", "File.size",
            "Mutation.createUser"]  # fmt: skip


class Functions:
    """Answers as a function does, and remembers its events."""

    def __init__(self) -> None:
        self.events: list[tuple[str, list[dict[str, Any]]]] = []

    @property
    def calls(self) -> list[tuple[str, int]]:
        """The field of each invocation, and how many items it had."""
        return [(event[0]["info"]["fieldName"], len(event)) for _, event in self.events]

    async def invoke(self, source: str, event: Any) -> Any:
        self.events.append((source, event))
        await asyncio.sleep(0)
        if event[0]["info"]["fieldName"] == "broken":
            raise FieldError("Lambda:Unhandled", "It failed.")
        return [_answer(each) for each in event]


def _answer(context: dict[str, Any]) -> dict[str, Any]:
    source, given = context["source"] or {}, context["arguments"]
    match context["info"]["fieldName"]:
        case "users":
            return {"data": [{"id": str(number)} for number in range(4)]}
        case "user" if given["id"] == "nobody":
            return {"data": None, "errorType": "not_found", "errorMessage": "No such user"}
        case "files" if source["id"] == "2":
            return {"data": None, "errorType": "busy", "errorMessage": "Try again"}
        case "files":
            return {"data": [{"id": f"{source['id']}-{n}"} for n in range(given["first"])]}
        case "size":
            return {"data": None if source["id"] == "1-1" else 5}
    return {"data": {"id": "1"}}


def ask(
    query: str,
    *,
    functions: Functions | None = None,
    limits: dict[str, Any] | None = None,
    **request: Any,
) -> dict[str, Any]:
    batch = (limits or {}).pop("batch", 20)
    resolvers = {
        (name.partition(".")[0], name.partition(".")[2]): Resolver(source="one", batch=batch)
        for name in RESOLVED
    }
    api = Api(schema=SCHEMA, resolvers=resolvers, **(limits or {}))
    invoke = (functions or Functions()).invoke
    return in_loop(run(api, Request(query=query, **request), invoke))


def errors(answer: dict[str, Any]) -> list[tuple[Any, str, str]]:
    return [(e["path"], e["errorType"], e["message"]) for e in answer["errors"]]


def test_a_field_of_several_parents_is_one_invocation() -> None:
    functions = Functions()
    answer = ask("{ users { id files { id owner { files { id } } } } }", functions=functions)
    assert functions.calls == [("users", 1), ("files", 4), ("owner", 9), ("files", 9)]
    assert len(answer["data"]["users"]) == 4


@pytest.mark.parametrize(("size", "calls"), [(1, [1] * 4), (3, [3, 1]), (4, [4])])
def test_a_batch_has_at_most_so_many_items(size: int, calls: list[int]) -> None:
    functions = Functions()
    ask("{ users { files { id } } }", functions=functions, limits={"batch": size})
    assert functions.calls[1:] == [("files", count) for count in calls]


def test_a_function_gets_what_appsync_sends() -> None:
    functions = Functions()
    ask(
        "query Q($id: ID!) { user(id: $id) { ...F } } fragment F on User { id files { size } }",
        functions=functions,
        variables={"id": "1"},
        identity={"sub": "me"},
        headers={"host": "here"},
    )
    [(source, [first]), (_, [files]), _] = functions.events
    assert source == "one"
    assert first["arguments"] == {"id": "1"}
    assert first["source"] is None
    assert first["identity"] == {"sub": "me"}
    assert first["request"]["headers"] == {"host": "here"}
    assert first["info"]["selectionSetList"] == ["id", "files", "files/size"]
    assert first["info"]["variables"] == {"id": "1"}
    assert (first["info"]["parentTypeName"], first["info"]["fieldName"]) == ("Query", "user")
    assert files["arguments"] == {"first": 3}
    assert files["source"] == {"id": "1"}


def test_an_item_fails_alone_with_its_type_and_path() -> None:
    answer = ask('{ users { id files(first: 1) { id } } user(id: "nobody") { id } }')
    assert [user["files"] is None for user in answer["data"]["users"]] == [
        False,
        False,
        True,
        False,
    ]
    assert answer["data"]["user"] is None
    assert sorted(errors(answer), key=str) == [
        (["user"], "not_found", "No such user"),
        (["users", 2, "files"], "busy", "Try again"),
    ]


def test_null_where_none_may_be_reaches_the_next_field_that_may() -> None:
    answer = ask("{ users { files { size } } }")
    assert answer["data"]["users"][1] == {"files": None}
    assert answer["data"]["users"][0]["files"] == [{"size": 5}] * 3


def test_a_function_that_fails_is_an_error_of_the_field() -> None:
    answer = ask("{ broken { id } }")
    assert answer["data"] == {"broken": None}
    assert errors(answer) == [(["broken"], "Lambda:Unhandled", "It failed.")]


@pytest.mark.parametrize("result", [None, [], {"data": 1}, "text"])
def test_a_result_that_is_no_list_of_as_many_is_an_error(result: Any) -> None:
    class Wrong(Functions):
        async def invoke(self, source: str, event: Any) -> Any:
            return result

    answer = ask("{ users { id } }", functions=Wrong())
    assert [kind for _, kind, _ in errors(answer)] == ["BatchSizeMismatch"]


def test_mutations_run_one_after_the_other() -> None:
    functions = Functions()
    ask(
        'mutation { a: createUser(name: "A") { id } b: createUser(name: "B") { id } }',
        functions=functions,
    )
    assert [event[0]["arguments"]["name"] for _, event in functions.events] == ["A", "B"]


def test_a_query_may_be_so_deep_and_no_deeper() -> None:
    query = '{ user(id: "1") { ...F } } fragment F on User { files { id } }'
    assert "errors" not in ask(query, limits={"depth": 3})
    functions = Functions()
    answer = ask(query, functions=functions, limits={"depth": 2})
    assert [kind for _, kind, _ in errors(answer)] == ["QueryDepthLimitReached"]
    assert functions.events == []


def test_a_query_may_run_so_many_resolvers_and_no_more() -> None:
    assert "errors" not in ask("{ users { id } }", limits={"count": 1})
    answer = ask("{ users { files { id } } }", limits={"count": 3})
    kinds = [kind for _, kind, _ in errors(answer)]
    assert kinds == ["ResolverExecutionLimitReached"] * 2


def test_introspection_can_be_off() -> None:
    query = '{ __type(name: "User") { description } }'
    assert ask(query)["data"] == {"__type": {"description": "A person."}}
    assert ask(query, limits={"depth": 1})["data"]
    answer = ask(query, limits={"introspection": False})
    assert answer["data"] is None
    assert "introspection" in answer["errors"][0]["message"]
    assert ask('{ user(id: "1") { __typename } }', limits={"introspection": False})["data"]


@pytest.mark.parametrize(
    "query", ["", "{", "{" * 5_000, "{user(id:1)" * 3_000, '{ a"""', "type A { a: Int }" * 20_000]
)
def test_what_is_no_query_is_unreadable(query: str) -> None:
    with pytest.raises(Unreadable):
        ask(query)


NAMES = st.sampled_from(
    ["users", "user", "id", "files", "owner", "size", "broken", "nope", "__type"]
)
FIELDS = st.recursive(
    NAMES, lambda inner: st.builds("{0}{{{1} {2}}}".format, NAMES, inner, inner), max_leaves=8
)
PIECES = st.lists(
    st.sampled_from(["{", "}", "(", ")", "id:", "$x", "...", "fragment F on User", "query", '"',
                     "!", "mutation", "subscription", "[", "]", "1", "@skip(if:", "true", "#",
                     "\ud800"])
    | NAMES
)  # fmt: skip


@given(
    query=st.text() | FIELDS.map("{{{}}}".format) | PIECES.map(" ".join),
    variables=st.dictionaries(st.text(), st.none() | st.integers() | st.text()),
    operation=st.none() | st.text(),
)
def test_any_text_gets_an_answer_without_a_stack(
    query: str, variables: dict[str, Any], operation: str | None
) -> None:
    try:
        answer = ask(query, variables=variables, operation=operation)
    except Unreadable:
        return
    text = json.dumps(answer)
    assert set(answer) <= {"data", "errors"}
    assert "Traceback" not in text
    assert 'File \\"' not in text
    assert all(error["errorType"] for error in answer.get("errors", ()))
