"""The command ``app smoke``."""

import os
import sys
from typing import Annotated

import typer

from ops.stacks import LOCAL

commands = typer.Typer()

_LONGEST_SECONDS = 3_600
_EPILOG = """
\b
With a stack's name, the URL and the credentials come from the Pulumi CLI.
With a URL, set in the environment what the API requires:
  API_KEY                                    if `authorization` is api_key
  TOKEN_ENDPOINT, CLIENT_ID, CLIENT_SECRET   if it is cognito
If there are credentials, the test also checks that a caller without them gets
nothing.

\b
Required AWS permissions, to find and to delete what the test created:
  apigateway:GET                             on the API, and on its custom
                                             domain if it has one
  lambda:GetFunctionConfiguration            on the functions of POST /users
                                             and POST /users/{id}/uploads
  dynamodb:GetItem, DeleteItem               on the tables users and ledger
  dynamodb:DeleteItem                        on the table user-uploads
  s3:DeleteObject                            on uploads/users/* and
                                             processed/users/* of the bucket
  kms:Decrypt                                on the stack's own key, if any

\b
Examples:
  app smoke local
  app smoke prod
  app smoke https://abc123.execute-api.eu-central-1.amazonaws.com/prod

\b
Exit codes: 0 the stack works, 1 it does not, 2 wrong usage, 130 interrupted
"""


def as_seconds(text: str) -> float:
    """Return a number of seconds, from 0 to an hour.

    Raises:
        typer.BadParameter: the text is not such a number.
    """
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number <= _LONGEST_SECONDS:  # also refuses nan
        raise typer.BadParameter(f"{text!r} is not a number of seconds from 0 to 3600.")
    return number


@commands.command(rich_help_panel="On any stack", epilog=_EPILOG)
def smoke(
    context: typer.Context,
    target: Annotated[
        str,
        typer.Argument(
            metavar="STACK|URL",
            help="A stack's name, or the URL of its API (api_gateway_url). `local` is this "
            "machine's cloud.",
        ),
    ],
    email_seconds: Annotated[
        float,
        typer.Option(
            parser=as_seconds,
            metavar="SECONDS",
            help="How long the welcome e-mail may take. 0 does not wait for it; use 0 while SES "
            "has not verified the sender. If the user is deleted while the e-mail is still "
            "queued, email#<id> stays in the ledger until it expires.",
        ),
    ] = 120,
    ready_seconds: Annotated[
        float,
        typer.Option(
            parser=as_seconds,
            metavar="SECONDS",
            help="How long a new stack may answer with errors. A function's first snapshot "
            "(snapStart) takes minutes, and new permissions take a while to reach all of AWS.",
        ),
    ] = 300,
    region: Annotated[
        str | None,
        typer.Option(
            metavar="REGION",
            help="The API's region, if a custom domain hides it. Default: AWS_REGION.",
        ),
    ] = None,
) -> int:
    """Test a deployed stack through its API, and clean up.

    The test creates a user, uploads a file and downloads what was made of it, waits for the
    welcome e-mail (sent to the mailbox simulator of SES or SendGrid), and deletes everything it
    created.
    """
    from ops.smoke import command
    from ops.smoke.errors import SmokeError

    try:
        url = command.run(
            target,
            running=context.obj.local_cloud() if target == LOCAL else None,
            email_seconds=email_seconds,
            ready_seconds=ready_seconds,
            region=region or os.environ.get("AWS_REGION"),
            environment=os.environ,
        )
    except SmokeError as error:
        # Deleting can fail after something else has: print that first.
        *earlier, last = command.failures(error)
        for each in earlier:
            print(f"error: {each}", file=sys.stderr)
        raise last from None
    print(f"All is well at {url}.")
    return 0
