"""Temporary failures of AWS calls."""

from contextlib import AbstractContextManager

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from handlers.runtime import deadline

_TEMPORARY_CODES = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
# Reasons for which DynamoDB cancels a transaction:
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CancellationReason.html
REFUSED = "ConditionalCheckFailed"
CONFLICTS = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
"""Those after which the same transaction may succeed."""

TRANSACTION_ATTEMPTS = 6
_FIRST_PAUSE_SECONDS = 0.05

_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500


class Unavailable(Exception):
    """An AWS service throttles, fails or cannot be reached; a later attempt may succeed."""


def is_temporary(error: Exception) -> bool:
    """Check for an error after which the same call may succeed: throttling, 5xx, or no answer."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return (
            error.response.get("Error", {}).get("Code") in _TEMPORARY_CODES
            or status == _TOO_MANY_REQUESTS
            or status >= _SERVER_ERROR
        )
    return isinstance(error, HTTPClientError | NoConnection)


class _TemporaryAsUnavailable(AbstractContextManager[None]):
    """A context manager without state: one instance serves every call of AWS."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> None:
        if isinstance(error, Exception) and is_temporary(error):
            raise Unavailable(
                f"{type(error).__name__} after all retries that fitted; try again later"
            ) from error


_TEMPORARY_AS_UNAVAILABLE = _TemporaryAsUnavailable()


def conflict_pause(attempt: int) -> float:
    """Return the seconds to wait before another attempt at a transaction, counted from 0."""
    return deadline.jittered(_FIRST_PAUSE_SECONDS * 2**attempt)


def temporary_as_unavailable() -> AbstractContextManager[None]:
    """Return a context manager that raises ``Unavailable`` for temporary failures in its block."""
    return _TEMPORARY_AS_UNAVAILABLE
