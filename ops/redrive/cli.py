"""The command ``app redrive``."""

from typing import Annotated

import typer

from ops.stacks import LOCAL

commands = typer.Typer()

_EPILOG = """
A message is deleted only after it was moved back or processed, so it may be processed twice, as
every message here may. Messages that arrive while the command runs are left alone, so it does not
retry what fails again. If the command is killed, the messages it holds stay hidden for 16 minutes.

\b
Examples:
  app redrive prod                    list all queues
  app redrive prod QUEUE --dry-run    list messages, no content
  app redrive prod QUEUE              move them back
  app redrive prod QUEUE --show --limit 1
  app redrive local                   this machine's cloud

\b
A stack in AWS needs the Pulumi CLI, logged in, and AWS permissions for:
  sqs:ReceiveMessage, DeleteMessage,
    ChangeMessageVisibility,
    GetQueueAttributes                   on the dead-letter queue
  sqs:SendMessage                        on the queue its messages came from
  lambda:InvokeFunction                  on the function's alias, for
                                         events and stream records
  dynamodb:GetShardIterator, GetRecords  on the stream, for stream records
  kms:Decrypt, GenerateDataKey           on the stack's own key, if any

\b
Exit codes: 0 done, 1 something was kept or failed, 2 wrong usage,
130 interrupted
"""


def as_number(text: str) -> int:
    """Return a whole number from 1.

    Raises:
        typer.BadParameter: the text is not such a number.
    """
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text)):
        raise typer.BadParameter(f"{text!r} is not a number of messages. Use 1 or more.")
    return int(text)


@commands.command(rich_help_panel="On any stack", epilog=_EPILOG)
def redrive(
    context: typer.Context,
    stack: Annotated[
        str, typer.Argument(metavar="STACK", help="Such as prod. `local` is this machine's cloud.")
    ],
    queue: Annotated[
        str | None,
        typer.Argument(
            metavar="QUEUE",
            help="Such as emails-dead-letters. Without it, all queues are listed.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show the messages, and leave them there.")
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option(parser=as_number, metavar="N", help="At most N messages. Default: all."),
    ] = None,
    show: Annotated[
        bool,
        typer.Option("--show", help="Also print each message. It may contain personal data."),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the list of queues as JSON.")] = False,
) -> int:
    """Process messages of a dead-letter queue again.

    Messages go back to their queue; events and records go to their function. What fails again
    becomes a dead letter again.
    """
    if json and queue is not None:
        raise typer.BadParameter("leave QUEUE out: only the list is JSON.", param_hint=["--json"])
    # Loads the AWS SDK.
    from ops.redrive import command

    outputs, client = context.obj.local_cloud() if stack == LOCAL else command.deployed(stack)
    if queue is None:
        return command.list_queues(outputs, client, as_json=json)
    return command.run(outputs, client, queue=queue, dry_run=dry_run, limit=limit, show=show)
