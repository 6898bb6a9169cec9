"""The command line: ``python -m ops.redrive``, for a stack in AWS."""

import argparse
import os
import sys
from collections.abc import Sequence

from ops.deployed.outputs import NoOutputs, outputs
from ops.redrive import arguments, command, stack
from ops.redrive.errors import RedriveError
from ops.redrive.sources import sources

_EPILOG = """\
examples:
  python -m ops.redrive prod                                  all queues, and how much they hold
  python -m ops.redrive prod emails-dead-letters --dry-run    what is in one, without its content
  python -m ops.redrive prod emails-dead-letters              moves it back
  python -m ops.redrive prod cleanup-expired-failures --show --limit 1

A message is deleted only after it was sent back or processed, so it may be processed twice, as
everything here may. Messages sent after the command began are left: among them is what fails again.
A killed command leaves what it was looking at hidden for 16 minutes.

Needs the Pulumi CLI, logged in, and AWS credentials for:
  sqs:ReceiveMessage, DeleteMessage, ChangeMessageVisibility, GetQueueAttributes
                                        on the dead-letter queue
  sqs:SendMessage                       on the queue that its messages came from
  lambda:InvokeFunction                 on the function's alias, where they are a function's
  dynamodb:GetShardIterator, GetRecords on the stream, where they are a stream's
  kms:Decrypt, GenerateDataKey          on the stack's own key, if it has one

exit codes: 0 done, 1 something was kept or failed, 2 wrong usage, 130 interrupted
"""


def main(given: Sequence[str] | None = None) -> int:
    """Run the command; give its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m ops.redrive",
        description="Shows what is in a stack's dead-letter queues, and has it processed again: "
        "messages go back to their queue, events and records to their function. What fails again "
        "is kept.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("stack", metavar="STACK", help="such as prod")
    arguments.add_to(parser)
    options = vars(parser.parse_args(given))
    name = options.pop("stack")
    try:
        found = outputs(name)
        region = stack.region(next(iter(sources(found).values())))
        return command.run(found, stack.clients(region), **options)
    except (NoOutputs, RedriveError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return command.INTERRUPTED
    except BrokenPipeError:
        # The reader has had enough, as in `| head`. Python would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(main())
