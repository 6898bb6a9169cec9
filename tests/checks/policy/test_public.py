"""Statements that count as public in a policy document."""

from typing import Any

import pytest

from checks.policy.rules.policies import is_public

ANYBODY = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}


@pytest.mark.parametrize(
    ("condition", "public"),
    [
        ({}, True),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}}, True),
        ({"StringNotEquals": {"aws:SourceAccount": "123456789012"}}, True),
        ({"StringEquals": {"aws:SourceAccount": "123456789012"}}, False),
        ({"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::b"}}, False),
        ({"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:PrincipalOrgID": "o-1"}},
         False),
    ],
)  # fmt: skip
def test_only_a_condition_of_who_calls_makes_a_statement_private(
    condition: dict[str, Any], public: bool
) -> None:
    assert is_public({**ANYBODY, "Condition": condition}) == public
