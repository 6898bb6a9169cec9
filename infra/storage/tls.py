"""The rule that AWS services refuse requests without TLS."""

from typing import Any

import pulumi

from infra.config.emulator import emulator_url


def tls_only(action: str, resource: pulumi.Input[Any]) -> list[dict[str, Any]]:
    """Return the statement that denies everything without TLS, as a list.

    The list is empty on an emulator, which would refuse every call: it speaks plain HTTP.
    """
    if emulator_url():
        return []
    return [
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": action,
            "Resource": resource,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]
