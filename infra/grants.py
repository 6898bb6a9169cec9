"""Grants: permissions, each with its environment variables."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi

from infra.json_text import json_output

# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
RESERVED = frozenset(
    {
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
    }
)
"""The environment variables that Lambda sets, and no function can."""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A permission on a resource, and the environment variables that name the resource.

    Attributes:
        actions: IAM actions, without wildcards.
        resources: ARNs the actions are allowed on.
        env: environment variables, by name.
        conditions: IAM conditions, as in a policy document.
        needs: grants without which this one has no effect, such as one on the resource's key.
        internet: whether the grant is of use only with a way to the internet.
    """

    actions: Sequence[str]
    resources: Sequence[pulumi.Input[str]]
    env: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    conditions: Mapping[str, Any] = field(default_factory=dict)
    needs: Sequence["Grant"] = ()
    internet: bool = False

    def __post_init__(self) -> None:
        for action in self.actions:
            if "*" in action or ":" not in action:
                raise ValueError(
                    f"a grant holds the action {action!r}; write single actions such as "
                    "'sqs:SendMessage', without wildcards"
                )
        if "*" in self.resources:
            raise ValueError(
                f"a grant of {', '.join(self.actions)} is on every resource ('*'); name its ARN"
            )
        _check_names(self.env)

    def statement(self) -> dict[str, Any]:
        """Return the IAM policy statement of this grant."""
        statement: dict[str, Any] = {
            "Effect": "Allow",
            "Action": sorted(self.actions),
            "Resource": list(self.resources),
        }
        return statement | ({"Condition": self.conditions} if self.conditions else {})


def services(grants: Iterable[Grant]) -> set[str]:
    """Return the services that the grants' owner calls, by their prefix in IAM, such as ``sqs``.

    The grants that a grant needs do not count: a service uses those on the caller's behalf.
    """
    return {action.partition(":")[0] for grant in grants for action in grant.actions}


def variable(name: str | None, value: pulumi.Input[str]) -> dict[str, pulumi.Input[str]]:
    """Return a grant's environment: one variable, or none if the name is None."""
    return {} if name is None else {name: value}


def policy(grants: Sequence[Grant], *more: dict[str, Any]) -> pulumi.Output[str]:
    """Return the IAM policy document that allows all grants, what they need, and more statements.

    Many grants of a resource need the same one: it is written once.
    """
    needs = {id(need): need for grant in grants for need in grant.needs}
    statements = [grant.statement() for grant in (*grants, *needs.values()) if grant.actions]
    return json_output({"Version": "2012-10-17", "Statement": [*statements, *more]})


def environment(
    grants: Sequence[Grant], settings: Mapping[str, pulumi.Input[str]]
) -> dict[str, pulumi.Input[str]]:
    """Merge the grants' variables with a function's own settings.

    Raises:
        ValueError: a variable is set twice, or Lambda would refuse its name.
    """
    _check_names(settings)
    merged: dict[str, pulumi.Input[str]] = {}
    for variables in (*(grant.env for grant in grants), settings):
        for name, value in variables.items():
            if name in merged:
                raise ValueError(
                    f"the environment variable {name} is set twice; give `env` to one grant only"
                )
            merged[name] = value
    return merged


def _check_names(variables: Iterable[str]) -> None:
    for name in variables:
        if name in RESERVED:
            raise ValueError(
                f"an environment variable is called {name!r}, which Lambda itself sets; choose "
                "another name"
            )
        # https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html
        if not re.fullmatch("[a-zA-Z][a-zA-Z0-9_]+", name):
            raise ValueError(
                f"an environment variable is called {name!r}; must be at least two letters, digits "
                "and underscores, and begin with a letter, such as USERS_TABLE"
            )


def trust(service: str, conditions: Mapping[str, Any] | None = None) -> pulumi.Output[str]:
    """Return the policy by which only an AWS service may assume a role."""
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    if conditions:
        statement["Condition"] = conditions
    return json_output({"Version": "2012-10-17", "Statement": [statement]})
