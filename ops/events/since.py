"""Times that people write as how long ago: ``15m``, ``2h``, ``1d``."""

import re

_FORM = re.compile(r"([0-9]{1,6})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def seconds(text: str) -> int | None:
    """Return the seconds that a text such as ``15m`` stands for; None if it has another form."""
    found = _FORM.fullmatch(text)
    return int(found[1]) * _SECONDS[found[2]] if found else None
