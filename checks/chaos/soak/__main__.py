"""Send inputs through every trigger under faults; no input may be lost or doubled."""

import argparse
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from checks.chaos.soak.report import Result, lines
from checks.chaos.soak.soak import running
from checks.chaos.soak.weather import Weather
from local.errors import LocalError

_SETTLE_SECONDS = 900
_VISIBILITY_SECONDS = 30  # the e-mail function's time limit


def main() -> int:
    """Run one soak, and print its table; return 1 if an input is lost, doubled or wrong."""
    arguments = _arguments()
    # As Ctrl-C does: the emulator and the functions end with this process.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with running(
        seed=arguments.seed,
        visibility_seconds=_VISIBILITY_SECONDS,
        docker=arguments.docker,
        email_provider=arguments.email_provider,
    ) as soak:
        began = time.monotonic()
        ended = soak.send(
            arguments.messages,
            Weather(faults=arguments.faults, kills=arguments.kills),
            seconds=arguments.seconds,
            progress=_progress(arguments.messages, began),
        )
        sent = time.monotonic()
        _say("Waiting until the system is at rest.")
        soak.settle(seconds=_SETTLE_SECONDS)
        settled = time.monotonic()
        _say("Comparing inputs and effects.")
        result = Result(
            account=soak.account(),
            sent=soak.sent,
            injected=soak.injected,
            calls=soak.calls,
            repeated=soak.books.repeated,
            ended=ended,
            send_seconds=sent - began,
            settle_seconds=settled - sent,
            command=(
                f".venv/bin/python -m checks.chaos.soak --messages {arguments.messages} "
                f"--seed {arguments.seed} --faults {arguments.faults} --kills {arguments.kills}"
                f" --email-provider {arguments.email_provider}"
                + (" --docker" if arguments.docker else "")
            ),
        )
    text = "\n".join(lines(result))
    _say("")
    print(text)
    if arguments.report:
        arguments.report.write_text(text + "\n")
    return 0 if result.account.balances else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m checks.chaos.soak", description=__doc__)
    parser.add_argument("--messages", type=int, default=2_000, help="inputs (default: 2000)")
    parser.add_argument(
        "--seed",
        type=int,
        default=random.SystemRandom().randrange(1_000_000),
        help="decides what is sent and what fails (default: any)",
    )
    parser.add_argument(
        "--seconds", type=float, default=43_200, help="sends no longer than this (default: 43200)"
    )
    parser.add_argument(
        "--faults", type=float, default=1, help="faults for 100 inputs (default: 1)"
    )
    parser.add_argument(
        "--kills", type=float, default=0.2, help="kills for 100 inputs (default: 0.2)"
    )
    parser.add_argument("--docker", action="store_true", help="functions run as containers")
    parser.add_argument(
        "--email-provider",
        choices=["ses", "sendgrid"],
        default="ses",
        help="who takes the e-mails (default: ses)",
    )
    parser.add_argument("--report", type=Path, help="file to write the table to as well")
    return parser.parse_args()


def _progress(messages: int, began: float) -> Callable[[int, int], None]:
    def show(sent: int, waiting: int) -> None:
        rate = sent / max(time.monotonic() - began, 1)
        _say(f"{sent:,} of {messages:,} sent, {rate:.1f} a second; {waiting:,} wait on the queue")

    return show


def _say(text: str) -> None:
    """Write over the terminal's last line; elsewhere, nothing."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except LocalError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:  # the second one: the first ends the sending only
        sys.exit(130)
