"""The command line: ``python -m ops.smoke``."""

import argparse
import os
import sys
from collections.abc import Iterator, Mapping, Sequence

from ops.smoke import tables
from ops.smoke.api import Api, checked_url, token
from ops.smoke.errors import SmokeError
from ops.smoke.steps import Walk

_EPILOG = """\
An API that asks its callers who they are is told by the environment:
  API_KEY                                    where `authorization` is api_key
  TOKEN_ENDPOINT, CLIENT_ID, CLIENT_SECRET   where it is cognito
as the stack's outputs of the same names say. Then strangers must get nothing.

Needs AWS credentials, to find and to delete what it has created:
  apigateway:GET                             on the API (and its custom domain, if it has one)
  lambda:GetFunctionConfiguration            on create-user
  dynamodb:GetItem, DeleteItem               on the tables users and ledger
  kms:Decrypt                                on the stack's own key, if it has one
AWS_ENDPOINT_URL leads to an emulator.

exit codes: 0 all is well, 1 something is not, 2 wrong usage, 130 interrupted
"""

_CLIENT = ("TOKEN_ENDPOINT", "CLIENT_ID", "CLIENT_SECRET")


def main(given: Sequence[str] | None = None) -> int:
    """Run the command; give its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m ops.smoke",
        description="Tries a deployed stack through its API: creates a user, waits for the welcome "
        "e-mail (sent to SES's mailbox simulator), and deletes all that this has made.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("url", metavar="URL", help="the stack's output api_gateway_url")
    parser.add_argument(
        "--email-seconds",
        type=_seconds,
        default=120.0,
        metavar="SECONDS",
        help="how long the welcome e-mail may take; 0: do not wait, as where SES has not verified "
        "the sender yet. Then, and where something fails before, the user is deleted while the "
        "e-mail may be queued still, and send-email leaves email#<id> in the ledger until that "
        "expires (default: 120)",
    )
    parser.add_argument(
        "--ready-seconds",
        type=_seconds,
        default=300.0,
        metavar="SECONDS",
        help="how long a new stack may answer with errors: a function's very first snapshot "
        "(snapStart) takes minutes, which its deployment does not wait for, and permissions take "
        "a while to reach all of AWS (default: 300)",
    )
    parser.add_argument(
        "--region",
        default=os.environ.get("AWS_REGION"),
        help="the API's, where a custom domain does not tell it (default: AWS_REGION)",
    )
    options = parser.parse_args(given)
    try:
        url = checked_url(options.url)
        Walk(
            api=Api(url, access=_access(os.environ)),
            records=tables.records(url, tables.clients(url, options.region)),
            ready_seconds=options.ready_seconds,
            email_seconds=options.email_seconds,
            say=lambda line: print(line, flush=True),
        ).go()
    except SmokeError as error:
        for each in reversed(list(_failures(error))):
            print(f"error: {each}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130
    print(f"All is well at {url}.")
    return 0


def _access(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that let a caller in, by what the environment holds.

    Raises:
        SmokeError: a client is known by a part of what it needs only; or it gets no token.
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


def _failures(last: BaseException | None) -> Iterator[SmokeError]:
    """Yield what went wrong, the last first: cleaning up can fail after something else has."""
    while last:
        if isinstance(last, SmokeError):
            yield last
        last = last.__context__


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds <= 3_600:
        raise ValueError
    return seconds


_seconds.__name__ = "number of seconds from 0 to 3600"

if __name__ == "__main__":
    sys.exit(main())
