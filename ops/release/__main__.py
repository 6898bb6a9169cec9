"""The command line: ``python -m ops.release``, for a stack in AWS."""

import argparse
import os
import sys
from collections.abc import Sequence

from ops.deployed.clients import clients
from ops.deployed.outputs import NoOutputs, outputs
from ops.release import arguments, command
from ops.release.errors import ReleaseError
from ops.release.functions import functions

_EPILOG = """\
examples:
  python -m ops.release prod --dry-run                 what would be moved
  python -m ops.release prod                           10 % for 5 minutes; then all, 5 minutes
  python -m ops.release prod --percent 5 --minutes 30  where some alarms need longer to ring
  python -m ops.release prod rollback                  back to the versions before, at once
  python -m ops.release prod --output FILE             write what was released to FILE: a line
                                                   released=NAME, as $GITHUB_OUTPUT takes it
  python -m ops.release prod rollback --release NAME   back, unless another one was released since

For stacks whose configuration says `release: canary`: there, `pulumi up` publishes versions, and
the alias `live` of each function stays where it is until this command moves it. All functions
whose version changed move together. If an alarm of one of them rings, or at Ctrl-C (SIGTERM and
SIGHUP likewise), all go back together.

What is known of a release is kept in the aliases. One that was killed goes on where this command
is run again, on whatever machine: from the first step, under its name, and watched to the end; if
an alarm rings already, it is taken back. `rollback` takes back the last release, finished or not,
and no earlier one. If two run at the same time, the one that moves an alias later takes over, and
the other one ends and leaves it all alone.

Needs the Pulumi CLI, logged in, and AWS credentials for:
  lambda:GetAlias, UpdateAlias, ListVersionsByFunction, GetFunctionConfiguration
                                on the functions, with and without a version (<arn>, <arn>:*)
  cloudwatch:DescribeAlarms     on the stack's alarms

exit codes: 0 released, or nothing to release, or taken back by `rollback`, now or earlier; 1 an
alarm rang, and all was taken back; 2 wrong usage; 3 something is wrong, as said, such as that the
last release is not the one of --release; 130 interrupted, and taken back
"""


def main(given: Sequence[str] | None = None) -> int:
    """Run the command; give its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m ops.release",
        description="Moves the functions of a stack to their newest versions: a few calls first, "
        "then all, while their alarms are watched; and back, as soon as one rings.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    arguments.add_to(parser)
    options = vars(parser.parse_args(given))
    if options["release"] is not None and options["action"] != "rollback":
        parser.error("--release goes with rollback")
    try:
        found = outputs(options.pop("stack"))
        return command.run(found, clients(functions(found)[0].region), **options)
    except (NoOutputs, ReleaseError) as error:
        print(f"error: {error}", file=sys.stderr)
        return command.FAILED
    except KeyboardInterrupt:
        print("\nInterrupted; nothing was moved.", file=sys.stderr)
        return command.INTERRUPTED
    except BrokenPipeError:
        # The reader has had enough, as in `| head`. Python would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return command.FAILED


if __name__ == "__main__":
    sys.exit(main())
