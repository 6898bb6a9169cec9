"""Which failures of AWS calls pass by themselves."""

from contextlib import AbstractContextManager

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

_PASSING_CODES = frozenset(
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
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500


class Unavailable(Exception):
    """An AWS service is throttling, failing or out of reach; later it will do."""


def is_passing(error: Exception) -> bool:
    """Whether the same call may succeed later: throttled, failed on the server, or no answer."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return (
            error.response.get("Error", {}).get("Code") in _PASSING_CODES
            or status == _TOO_MANY_REQUESTS
            or status >= _SERVER_ERROR
        )
    return isinstance(error, HTTPClientError | NoConnection)


class _PassingAsUnavailable(AbstractContextManager[None]):
    """Without state, so that one serves all: every call of AWS is made inside of one."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> None:
        if isinstance(error, Exception) and is_passing(error):
            raise Unavailable(
                f"{type(error).__name__} after all retries that fitted; try again later"
            ) from error


_PASSING_AS_UNAVAILABLE = _PassingAsUnavailable()


def passing_as_unavailable() -> AbstractContextManager[None]:
    """Turn the failures that pass, of the calls inside, into ``Unavailable``."""
    return _PASSING_AS_UNAVAILABLE
