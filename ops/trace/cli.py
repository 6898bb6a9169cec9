"""The command ``app trace``."""

from typing import Annotated

import typer

from ops.events.since import as_time
from ops.stacks import LOCAL

commands = typer.Typer()

_EPILOG = """
\b
The id is one of these:
  of a request    the header x-amzn-requestid of the API's answer (curl -i)
  of an upload    in AWS, the header x-amz-request-id of S3's answer;
                  locally, the metadata `trace` of the processed file
  of a message    its attribute `trace`, or else its message id
  of any record   its field `trace`; of a processed file, the metadata `trace`
  of an e-mail    the tag `trace` in SES's events

\b
A stack in AWS needs the Pulumi CLI, logged in, and AWS permissions for:
  logs:FilterLogEvents    on the log groups in the output `log_groups`

\b
Examples:
  app trace 5f0c6a1e-8b6b-4c8e-9a59-0b4a3f1d2c3e
  app trace 5f0c6a1e-8b6b-4c8e-9a59-0b4a3f1d2c3e --stack prod --since 4d

\b
Exit codes: 0 found, 1 not found or failed, 2 wrong usage, 130 interrupted
"""


def as_trace(text: str) -> str:
    """Return a trace id as it was given.

    Raises:
        typer.BadParameter: it has another form.
    """
    from handlers.runtime.trace import is_trace

    if not is_trace(text):
        raise typer.BadParameter(
            f"{text!r} is not the id of a request, upload, message or record. It has 16 to 64 "
            "hexadecimal digits and hyphens, or 16 capitals and digits; see --help."
        )
    return text


@commands.command(rich_help_panel="On any stack", epilog=_EPILOG)
def trace(
    context: typer.Context,
    id_: Annotated[
        str,
        typer.Argument(
            metavar="ID", parser=as_trace, help="Id of the request, upload or message; see below."
        ),
    ],
    stack: Annotated[
        str, typer.Option(metavar="STACK", help="Such as prod. `local` is this machine's cloud.")
    ] = LOCAL,
    since: Annotated[
        str,
        typer.Option(
            parser=as_time,
            metavar="TIME",
            help="How far back to search, such as 15m, 2h or 4d. More takes CloudWatch longer.",
        ),
    ] = "1d",
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> int:
    """Print what followed from one request, upload or message.

    It searches the functions' logs.
    """
    from ops.trace import command

    outputs, client = context.obj.local_cloud() if stack == LOCAL else command.deployed(stack)
    return command.run(outputs, client, trace=id_, since=since, as_json=json)
