"""Texts that are nowhere else in the world, and a search for them in whatever form."""

import base64
import secrets
from collections.abc import Iterator

_LETTERS = str.maketrans("0123456789", "ghijklmnop")


class Canaries:
    """Each stands for one piece of personal data, or one secret, on one path through the system.

    They are lower-case letters: no quoting, escaping or URL encoding changes them, and an e-mail
    greets by them.
    """

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def new(self, label: str) -> str:
        """Return a new canary; a failure shows its label."""
        return self.keep(label, f"zq{secrets.token_hex(8).translate(_LETTERS)}")

    def keep(self, label: str, text: str) -> str:
        """Search also for another text, such as a token."""
        assert label not in self._texts, f"{label} is taken"
        assert len(text) >= 16, f"{label}: {text!r} may be somewhere by chance"
        self._texts[label] = text
        return text

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def labels_in(self, content: bytes) -> set[str]:
        """Return the labels of those that are within some bytes: as they are, or encoded."""
        lowered = content.lower()
        return {
            label
            for label, text in self._texts.items()
            if any(form in lowered for form in _forms(text.lower().encode()))
            or any(form in content for form in _base64_forms(text.encode()))
        }


def _forms(text: bytes) -> list[bytes]:
    return [text, text.hex().encode(), text.decode().encode("utf-16-le")]


def _base64_forms(text: bytes) -> Iterator[bytes]:
    """Yield what Base64 makes of a text within a longer one, for each of the three places to begin.

    The first and the last character may depend on what stands around the text: they are left out.
    """
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + text)
        yield encoded[-(-before * 8 // 6) : (before + len(text)) * 8 // 6]
