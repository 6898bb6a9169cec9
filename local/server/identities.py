"""Gives the emulator's callers secrets that nobody can guess.

In the emulator (1.5.33), public values identify callers: the key ``test`` and any twelve digits are
its root account, and the secret of a function's session is a hash of its ARN. These
functions take their place in the emulator's process.
"""

import hashlib
import hmac
import secrets
from typing import Any

from ministack.core import iam_evaluator, lambda_runtime, responses  # type: ignore[import-untyped]
from ministack.services import lambda_svc, sts  # type: ignore[import-untyped]

from local.credentials import Credentials
from local.server.claims import Refused

_ACCOUNT = "000000000000"
_SALT = secrets.token_bytes(32)


class Identities:
    """The root account of this emulator, and everybody who has credentials from it."""

    def __init__(self, root: Credentials) -> None:
        self._root = root
        # A request without a key still is: a sign-in at Cognito, for example. The gate decides
        # which of these may pass.
        iam_evaluator.is_root_access_key = lambda key: not key
        lambda_runtime.execution_credentials = lambda_svc.execution_credentials = _session
        self._register()

    def _register(self) -> None:
        """Let the emulator verify the root account's signatures too: as those of a session."""
        sts._sessions.setdefault(
            self._root.access_key,
            {
                "Arn": f"arn:aws:iam::{_ACCOUNT}:root",
                "UserId": _ACCOUNT,
                "SecretAccessKey": self._root.secret_key,
                "PrincipalType": "Root",
            },
        )

    def is_root(self, access_key: str) -> bool:
        """Return True if a key is the root account's."""
        return access_key == self._root.access_key

    def find(self, access_key: str, token: str) -> str:
        """Return the secret of a key that the emulator gave out, or of the root account's.

        Raises:
            Refused: there is no such key, or its session has another token or has expired.
        """
        self._register()  # a reset of the emulator would forget it
        account = responses._account_from_sts_session(access_key)
        try:
            account = account or iam_evaluator.find_iam_access_key_account(access_key)
        except iam_evaluator.AmbiguousAccessKeyError:
            raise Refused("InvalidClientTokenId", "Several accounts have this key.") from None
        found = iam_evaluator.resolve_credential(access_key, account or _ACCOUNT, token)
        if isinstance(found, iam_evaluator.CredentialResolutionError):
            raise Refused(found.code, found.message)
        return str(found.secret_access_key)


def _session(config: dict[str, Any]) -> dict[str, str]:
    """Return the credentials of a function's role, always the same while the emulator lives."""
    account, _ = lambda_runtime._account_region_from_function_config(config)
    arn, role = config["FunctionArn"], config.get("Role", "")
    key = f"ASIA{hashlib.sha256(f'{arn}:{role}'.encode()).hexdigest()[:16].upper()}"
    secret, token = (
        hmac.new(_SALT, f"{kind}:{arn}:{role}".encode(), hashlib.sha256).hexdigest()
        for kind in ("secret", "token")
    )
    name, session = role.rsplit("/", 1)[-1], config.get("FunctionName", "function")[:64]
    sts.register_session(
        key,
        {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
            "UserId": f"{name}:{session}",
            "SecretAccessKey": secret,
            "SessionToken": token,
        },
    )
    return {
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_SESSION_TOKEN": token,
    }
