"""Adapts the policies of roles where an emulator reads them differently from AWS."""

import json
from typing import Any

from infra.json_text import json_text

_OTHER_NAMES = {
    "sqs:SendMessage": "sqs:SendMessageBatch",
    "sqs:DeleteMessage": "sqs:DeleteMessageBatch",
    "sqs:ChangeMessageVisibility": "sqs:ChangeMessageVisibilityBatch",
    "s3:DeleteObjectVersion": "s3:DeleteObject",
    "lambda:GetAlias": "lambda:ListAliases",
    "lambda:UpdateAlias": "lambda:ListAliases",
}


def for_role(policy: str) -> str:
    """Return a role's policy adapted to the emulator (1.5.33).

    A permission for one message is a permission for a batch: in AWS ``sqs:SendMessage`` covers
    ``SendMessageBatch``, which is not an action by itself; the emulator asks for
    ``sqs:SendMessageBatch``.
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html

    A permission to delete versions of objects is a permission to delete objects: for the first key
    of ``DeleteObjects``, the emulator asks for ``s3:DeleteObject`` even if it names a version.

    A permission to read or change one alias of a function is a permission to list them: the
    emulator asks for ``lambda:ListAliases`` in place of ``GetAlias`` and ``UpdateAlias``.

    A permission to send from one identity is a permission to send: the emulator checks sending
    against the resource ``*`` and knows no ``ses:`` condition. So it denies a function that may not
    send at all, and does not see from which address one does.
    """
    document = json.loads(policy)
    document["Statement"] = _statements(document)
    for statement in document["Statement"]:
        for kind in ("Action", "NotAction"):
            if kind in statement:
                statement[kind] = _with_other_names(_listed(statement[kind]))
    document["Statement"] += [
        sending for statement in document["Statement"] for sending in _sending(statement)
    ]
    return json_text(document)


def _statements(document: dict[str, Any]) -> list[dict[str, Any]]:
    statements = document.get("Statement", [])
    return statements if isinstance(statements, list) else [statements]


def _listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


def _with_other_names(actions: list[str]) -> list[str]:
    return [*actions, *(_OTHER_NAMES[action] for action in actions if action in _OTHER_NAMES)]


def _sending(statement: dict[str, Any]) -> list[dict[str, Any]]:
    """Return statements that allow sending e-mail, repeated without the identity that they name."""
    actions = [a for a in _listed(statement.get("Action", [])) if a.startswith("ses:Send")]
    if statement.get("Effect") != "Allow" or not actions:
        return []
    conditions = {
        operator: {key: value for key, value in tests.items() if not key.startswith("ses:")}
        for operator, tests in statement.get("Condition", {}).items()
    }
    return [
        {
            "Effect": "Allow",
            "Action": actions,
            "Resource": "*",
            "Condition": {operator: tests for operator, tests in conditions.items() if tests},
        }
    ]
