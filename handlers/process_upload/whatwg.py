"""Decoders of the Encoding Standard (https://encoding.spec.whatwg.org/), by Python's codecs.

They differ in a few characters. Browsers know those that Windows has added to Japan's standards,
the euro in GBK and Big5, and two letters in KOI8-U.
"""

import codecs
import re
from collections.abc import Callable
from functools import lru_cache

import webencodings

_SWITCH = re.compile(rb"\x1b(\$[@B]|\([BJI])")  # of ISO-2022-JP, to another set of characters
_TO_EUC = bytes(byte | 0x80 if 0x21 <= byte <= 0x7E else byte for byte in range(256))
_ROMAN = {0x5C: "¥", 0x7E: "‾"}
_EUROS = {b"\x80": "€", b"\xa3\xe1": "€"}  # of GBK, and of Big5


def decode(content: bytes, name: str) -> str:
    """Decode by the name of an encoding; what it does not define becomes U+FFFD."""
    if name == "euc-jp":
        return _euc_jp(content)
    if name == "iso-2022-jp":
        return _iso_2022_jp(content)
    if name in ("gbk", "gb18030"):
        return content.decode("gb18030", _WITH_EUROS).replace("\ue5e5", "\u3000")
    if name == "big5":
        return content.decode("big5hkscs", _WITH_EUROS)
    if name == "koi8-u":
        return content.decode("koi8_u", "replace").translate({0x255D: "ў", 0x256C: "Ў"})
    text: str = webencodings.lookup(name).codec_info.decode(content, "replace")[0]
    return text


def _euc_jp(content: bytes) -> str:
    return content.decode("euc_jp", _WITH_WINDOWS).translate(_as_windows())


def _iso_2022_jp(content: bytes) -> str:
    first, *rest = _SWITCH.split(content)
    pieces = [first.decode("ascii", "replace")]
    for switch, piece in zip(rest[::2], rest[1::2], strict=True):
        if switch.startswith(b"$"):
            pieces.append(_euc_jp(piece.translate(_TO_EUC)))
        elif switch == b"(I":
            pieces.append(piece.translate(_TO_EUC).decode("cp932", "replace"))
        else:
            text = piece.decode("ascii", "replace")
            pieces.append(text.translate(_ROMAN) if switch == b"(J" else text)
    return "".join(pieces)


@lru_cache
def _as_windows() -> dict[int, str]:
    """Return the characters for which Windows, and so the standard, has others than JIS."""
    pairs = [bytes((row, cell)) for row in range(0xA1, 0xFF) for cell in range(0xA1, 0xFF)]
    both = [(pair.decode("euc_jp", "ignore"), _windows(pair)) for pair in pairs]
    return {ord(jis): windows for jis, windows in both if len(jis) == 1 and windows}


def _windows(pair: bytes) -> str:
    """Return the character of two bytes of EUC-JP in the Shift_JIS of Windows, or ""."""
    row, cell = (byte - 0xA0 for byte in pair)
    lead = (row - 1) // 2 + (0x81 if row <= 62 else 0xC1)
    trail = cell + (0x9E if row % 2 == 0 else 0x40 if cell >= 64 else 0x3F)
    return bytes((lead, trail)).decode("cp932", "ignore")


def _replacing(name: str, find: Callable[[bytes], str]) -> str:
    """Register what to do with bytes that Python's codec does not know, and return its name."""

    def replace(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        start = error.start
        for size in (1, 2):
            if found := find(error.object[start : start + size]):
                return found, start + size
        return "\ufffd", start + 1

    codecs.register_error(name, replace)
    return name


def _windows_extra(found: bytes) -> str:
    is_pair = len(found) == 2 and min(found) > 0xA0 and max(found) < 0xFF
    return _windows(found) if is_pair else ""


_WITH_EUROS = _replacing("whatwg-euros", lambda found: _EUROS.get(found, ""))
_WITH_WINDOWS = _replacing("whatwg-windows", _windows_extra)
