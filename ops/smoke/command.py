"""Runs the smoke test with what the environment says of callers."""

from collections.abc import Mapping

from ops.smoke import tables
from ops.smoke.api import Api, checked_url, token
from ops.smoke.errors import SmokeError
from ops.smoke.steps import Walk

_CLIENT = ("TOKEN_ENDPOINT", "CLIENT_ID", "CLIENT_SECRET")


def run(
    url: str,
    *,
    email_seconds: float,
    ready_seconds: float,
    region: str | None,
    environment: Mapping[str, str],
) -> None:
    """Test the API at a URL, and print each step.

    Raises:
        SmokeError: something is wrong, with the stack or with what was given.
    """
    url = checked_url(url)
    Walk(
        api=Api(url, access=_access(environment)),
        records=tables.records(url, tables.clients(url, region)),
        ready_seconds=ready_seconds,
        email_seconds=email_seconds,
        say=lambda line: print(line, flush=True),
    ).go()


def failures(last: SmokeError) -> list[SmokeError]:
    """Return all that went wrong, the first first: cleaning up can fail after something else."""
    found: list[SmokeError] = []
    error: BaseException | None = last
    while error:
        if isinstance(error, SmokeError):
            found.insert(0, error)
        error = error.__context__
    return found


def _access(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that let a caller in, from the environment.

    Raises:
        SmokeError: some of a client's variables are missing, or the client gets no token.
    """
    headers = {}
    if key := environment.get("API_KEY"):
        headers["x-api-key"] = key
    missing = [name for name in _CLIENT if not environment.get(name)]
    if not missing:
        headers["Authorization"] = "Bearer " + token(*(environment[name] for name in _CLIENT))
    elif len(missing) < len(_CLIENT):
        raise SmokeError(
            f"{', '.join(missing)} must be set as well: a client needs {', '.join(_CLIENT)}"
        )
    return headers
