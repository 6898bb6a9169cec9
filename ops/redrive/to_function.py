"""Invokes a function with the event of a dead letter, and waits for its answer."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from ops.redrive.errors import CannotRedrive
from ops.redrive.letters import Letter, word

_OF_THE_EVENT = frozenset({"InvalidRequestContentException", "RequestTooLargeException"})
"""Errors of Invoke that concern one event; any other error ends the run."""


class ToFunction:
    """A function's alias, by botocore's Lambda client (``lambda:InvokeFunction``).

    It waits, because an asynchronous invocation would not tell whether the function failed again.
    """

    at_once = 1
    done = "processed"

    def __init__(self, client: Any, arn: str, event: Callable[[Letter], bytes]) -> None:
        """Prepare invocations.

        Args:
            client: its timeout must exceed the function's, and it must not retry by itself.
            arn: the alias.
            event: returns the event of a letter, as JSON, or raises ``CannotRedrive``.
        """
        self._client = client
        self._arn = arn
        self._event = event

    def deliver(self, letters: Sequence[Letter]) -> dict[str, str]:
        """Process letters one by one.

        Returns:
            The reason for each letter that was not processed, by id.
        """
        return {letter.id: why for letter in letters if (why := self._why_not(letter))}

    def _why_not(self, letter: Letter) -> str | None:
        try:
            event = self._event(letter)
            answer = self._client.invoke(FunctionName=self._arn, Payload=event)
        except CannotRedrive as error:
            return str(error)
        except ReadTimeoutError:
            return "no answer in time; the function may still be running"
        except ClientError as error:
            if (code := error.response["Error"]["Code"]) in _OF_THE_EVENT:
                return f"Lambda refused the event: {code}"
            raise
        return _failure(answer.get("FunctionError"), answer["Payload"].read())


def _failure(kind: str | None, payload: bytes) -> str | None:
    """Return how an invocation failed, by the error's type: its text may quote the event."""
    answer = json.loads(payload or b"null")
    given = answer if isinstance(answer, dict) else {}
    if kind:
        return f"failed again: {word(given.get('errorType', kind))}"
    # A function succeeds as a whole when only some records of a mapping failed.
    if failures := given.get("batchItemFailures"):
        return f"failed again: {len(failures)} of its records"
    return None
