"""What the command takes; apart from what it runs, so that --help answers at once."""

import argparse


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``ops.redrive.command.run``."""
    parser.add_argument(
        "queue",
        nargs="?",
        metavar="QUEUE",
        help="such as emails-dead-letters; if left out, all are listed with what they hold",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="only show what is there, and give it back"
    )
    parser.add_argument(
        "--limit", type=_number, metavar="N", help="so many messages at most; all if left out"
    )
    parser.add_argument(
        "--show",
        action="store_true",
        help="print each message's content too; it may be personal data",
    )


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}; give a number from 1 on")
    return int(text)
