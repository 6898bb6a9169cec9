"""A secret of Secrets Manager, read when it is needed and kept for a while."""

import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from handlers.runtime.faults import is_temporary

KEPT_SECONDS = 300
"""A new value is used after this time at the latest, or at once if the old one is refused."""


class Missing(Exception):
    """The secret has no value, or may not be read. The text is AWS's error code."""


class Secret:
    """The value of a secret that is a text.

    Nothing is read until the value is needed, and nothing of it is logged. Whoever owns this object
    is dropped before a snapshot, and the value with it.

    Args:
        client: returns botocore's client of Secrets Manager.
        arn: the secret's ARN.
        now: returns the time in seconds. The clock must go on while Lambda freezes the function.
    """

    def __init__(
        self, client: Callable[[], Any], arn: str, *, now: Callable[[], float] = time.time
    ) -> None:
        self._client = client
        self._arn = arn
        self._now = now
        self._value: str | None = None
        self._read_at = 0.0

    def value(self) -> str:
        """Return the value (``secretsmanager:GetSecretValue``), at most ``KEPT_SECONDS`` old.

        While Secrets Manager fails, an older value serves on.

        Raises:
            Missing: the secret does not exist, has no value, or may not be read.
            botocore.exceptions.BotoCoreError, ClientError: a temporary failure, and no value yet.
        """
        # A clock that was set back makes a value old, too.
        if self._value is None or not 0 <= self._now() - self._read_at < KEPT_SECONDS:
            try:
                self._read()
            except Exception as error:
                if self._value is None or not is_temporary(error):
                    raise
        return self._value or ""

    def newer_than(self, refused: str) -> str | None:
        """Return the value that has replaced a refused one; None if there is no other.

        Raises: what `value` raises.
        """
        if self._value == refused:
            self._read()
        return None if self._value == refused else self._value

    def _read(self) -> None:
        try:
            answer = self._client().get_secret_value(SecretId=self._arn)
        except ClientError as error:
            if is_temporary(error):
                raise
            raise Missing(error.response.get("Error", {}).get("Code", "")) from error
        value = answer.get("SecretString", "").strip()
        if not value:
            raise Missing("NoText")
        self._value, self._read_at = value, self._now()
