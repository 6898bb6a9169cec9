"""Who may do what, compared: whatever the documents are written like."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprint.plan.permissions import (
    ROLE_POLICY,
    as_lines,
    differences,
    permissions,
    permissions_by_owner,
)
from blueprint.plan.snapshot import Snapshot

USERS = "${aws:dynamodb/table:Table::users::arn}"
STATEMENTS = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Deny"]),
        "Action": st.lists(st.sampled_from(["s:A", "s:B", "s:C"]), min_size=1, unique=True),
        "Resource": st.lists(st.sampled_from(["r", "q"]), min_size=1, unique=True),
    },
    optional={
        "Principal": st.just({"Service": "s"}),
        "Condition": st.just({"Bool": {"k": "true"}}),
    },
)


def changed(prod: Snapshot, name: str, old: str, new: str) -> Snapshot:
    """Change a role policy's text."""
    policy = prod.resources[ROLE_POLICY, name]
    text = policy.inputs["policy"]
    assert old in text
    after = replace(policy, inputs={**policy.inputs, "policy": text.replace(old, new)})
    return replace(prod, resources={**prod.resources, policy.key: after})


def test_functions_are_owners_with_all_their_policies(prod: Snapshot) -> None:
    found = permissions_by_owner(prod)
    assert "dynamodb:PutItem on ledger, users" in as_lines(found["create-user"])
    # Of the trigger's own policy, not of the function's.
    assert any(
        line.startswith("dynamodb:DescribeStream") and "on users" in line
        for line in as_lines(found["queue-welcome"])
    )
    assert "cleanup-role (iam.Role)" in found
    assert "emails-policy (sqs.QueuePolicy, policy)" in found


def test_nothing_differs_from_itself(prod: Snapshot) -> None:
    assert differences(prod, prod) == []


def test_actions_resources_and_conditions_are_told(prod: Snapshot) -> None:
    after = changed(prod, "create-user-policy", "dynamodb:PutItem", "dynamodb:GetItem")
    (difference,) = differences(prod, after)
    assert difference.owner == "create-user"
    assert as_lines(difference.added) == ["dynamodb:GetItem on ledger, users"]
    assert as_lines(difference.removed) == ["dynamodb:PutItem on ledger, users"]

    after = changed(prod, "create-user-policy", f'"{USERS}"', '"*"')
    (difference,) = differences(prod, after)
    assert as_lines(difference.added) == ["dynamodb:PutItem on *"]
    assert as_lines(difference.removed) == ["dynamodb:PutItem on users"]


def test_functions_come_first(prod: Snapshot) -> None:
    after = changed(prod, "cleanup-policy", "sqs:SendMessage", "sqs:PurgeQueue")
    after = changed(after, "send-email-policy", "ses:SendEmail", "ses:SendRawEmail")
    owners = [difference.owner for difference in differences(prod, after)]
    assert owners == ["send-email", "cleanup-role (iam.Role)"]


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        ({"Action": "s:A", "Resource": f"{USERS}/index/x"}, "s:A on users/index/x"),
        ({"Effect": "Deny", "Action": ["s:B", "s:A"], "Resource": "r"}, "Deny: s:A, s:B on r"),
        ({"NotAction": "s:A", "NotResource": ["r"]}, 'all but "s:A" on all but ["r"]'),
        ({"Action": "s:A", "Principal": {"AWS": ["x"]}}, "s:A by AWS x"),
        ({"Action": "s:A", "Principal": "*", "Resource": ["q", "r"]}, "s:A on q, r by *"),
        (
            {"Action": "s:A", "Resource": "r", "Condition": {"ArnLike": {"k": USERS}}},
            's:A on r; if k ArnLike "users"',
        ),
    ],
)
def test_a_permission_is_written(statement: dict[str, Any], line: str) -> None:
    document = {"Statement": [{"Effect": "Allow", **statement}]}
    assert as_lines(frozenset(permissions(document))) == [line]


@given(st.lists(STATEMENTS, min_size=1, max_size=4), st.randoms())
def test_it_is_no_matter_how_a_document_is_written(statements: list[Any], random: Any) -> None:
    """The order, split statements, or an action as text instead of a list do not matter."""
    apart = [
        {**statement, "Action": action, "Resource": [resource]}
        for statement in statements
        for action in statement["Action"]
        for resource in statement["Resource"]
    ]
    random.shuffle(apart)
    one, other = (frozenset(permissions({"Statement": s})) for s in (statements, apart))
    assert one == other


@given(st.lists(STATEMENTS, min_size=1, max_size=4), STATEMENTS)
def test_what_is_written_says_all(statements: list[Any], more: Any) -> None:
    """Two documents that say different things are not written alike."""
    one, other = (
        frozenset(permissions({"Statement": s})) for s in (statements, [*statements, more])
    )
    assert (as_lines(one) == as_lines(other)) == (one == other)
    assert json.dumps(as_lines(one)).count("s:") >= len({p.action for p in one})
