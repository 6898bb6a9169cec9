"""Adapts resource policies where the emulator reads them differently from AWS."""

import json

from infra.emulator_roles import for_role

_TLS_ONLY = {"Bool": {"aws:SecureTransport": "false"}}


def for_resource(policy: str) -> str | None:
    """Return the policy of a bucket, queue or topic without the statement that requires TLS.

    The emulator speaks plain HTTP on loopback, and enforces such a statement: nobody could use the
    resource. Every other statement stays.

    Returns:
        The policy, or ``None`` if nothing is left of it.
    """
    document = json.loads(for_role(policy))
    document["Statement"] = [
        statement
        for statement in document["Statement"]
        if not (statement.get("Effect") == "Deny" and statement.get("Condition") == _TLS_ONLY)
    ]
    return json.dumps(document) if document["Statement"] else None
