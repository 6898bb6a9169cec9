"""What the command takes; apart from what it runs, so that --help answers at once."""

import argparse
from pathlib import Path


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``ops.release.command.run``."""
    parser.add_argument("stack", metavar="STACK", help="such as prod")
    parser.add_argument(
        "action",
        nargs="?",
        choices=("rollback",),
        help="take the last release back at once, finished or not; if left out, release",
    )
    parser.add_argument(
        "--percent",
        type=_percent,
        default=10,
        metavar="N",
        help="calls that the new versions get first, of 100; 100: all at once (default: 10)",
    )
    parser.add_argument(
        "--minutes",
        type=_minutes,
        default=5.0,
        metavar="N",
        help="how long alarms are watched at that, and again when all calls have moved; 0.5 is "
        "half a minute (default: 5)",
    )
    parser.add_argument(
        "--despite-alarms",
        action="store_true",
        help="begin although alarms ring, and do not watch those: where the release mends what "
        "they ring for",
    )
    parser.add_argument("--dry-run", action="store_true", help="only show what would be moved")
    parser.add_argument(
        "--output",
        type=_file,
        metavar="FILE",
        help="append released=NAME to it once all is released; nothing where nothing was",
    )
    parser.add_argument(
        "--release",
        metavar="NAME",
        help="with rollback: take the last release back only if it is this one",
    )


def _percent(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise argparse.ArgumentTypeError(f"{text!r}; give a whole number from 1 to 100")
    return int(text)


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0
    if not 0 < minutes <= 24 * 60:  # also what is no number
        raise argparse.ArgumentTypeError(f"{text!r}; give minutes, above 0 and up to a day's 1440")
    return minutes


def _file(text: str) -> Path:
    """Have it opened before anything is moved."""
    path = Path(text)
    try:
        path.open("a").close()
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error.strerror}") from error
    return path
