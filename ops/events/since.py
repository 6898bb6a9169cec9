"""Times that people write as how long ago: ``15m``, ``2h``, ``1d``."""

import re

import typer

_FORM = re.compile(r"([0-9]{1,6})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def seconds(text: str) -> int:
    """Return the seconds that a text such as ``15m`` stands for, 1 or more.

    Raises:
        typer.BadParameter: it has another form.
    """
    found = _FORM.fullmatch(text)
    if not found or not int(found[1]):
        raise typer.BadParameter(
            f"{text!r} is not a time. Use a number from 1 and s, m, h or d, such as 15m."
        )
    return int(found[1]) * _SECONDS[found[2]]


def as_time(text: str) -> str:
    """Return a text that ``seconds`` accepts.

    Raises:
        typer.BadParameter: it does not.
    """
    seconds(text)
    return text
