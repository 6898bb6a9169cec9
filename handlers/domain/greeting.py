"""The greeting of an e-mail to somebody whose name another person may have chosen.

By default, anybody may create a user with anybody's address, and the welcome goes there. So it
greets by name only if the name can be nothing but a name: words of letters, with the punctuation
that names have. A link, a domain, an address, a number or a sentence is not repeated. The user
keeps the name as it was given. docs/decisions.md says why.
"""

import re
from unicodedata import category, normalize

_MAX_LENGTH = 50
_MAX_WORDS = 6

# Letters that look like a dot: a tone mark of Lisu, a final of Canadian syllabics, a phonetic dot.
_LIKE_DOTS = "\ua4f8\u1427\ua78f"
_JOINERS = "\u200c\u200d"  # in words of Persian and of Indian scripts
_LIKE_ASCII = str.maketrans("\u2018\u2019\u201c\u201d\u2010\u2011", "''\"\"--")
_BETWEEN = re.compile('[ "()&]+')  # Robert "Bob" Smith, Ada & Bob
# A middle dot parts the words of foreign names in Chinese and Japanese.
_MIDDLE_DOT = re.compile("(?<=L)[\u00b7\u30fb](?=L)")

# Of a text whose letters are `a`, or `L` if they are not ASCII. A dot ends initials or a short
# abbreviation, and never stands before a word, as in a domain.
_LETTER = "[aL]"
_WORD = rf"(?:(?:{_LETTER}\.)+{_LETTER}?|{_LETTER}{{2,4}}\.|{_LETTER}+)"
_NAME = re.compile(rf"'?{_WORD}(?:(?: |, ?|[-'] ?| [-']){_WORD})*'?")
_BROKEN_DOMAIN = re.compile(r"\w\w\. (\w)")
_SPELT_ADDRESS = frozenset({"http", "https", "www", "com", "net", "org", "dot"})


def greeting(name: str) -> str:
    """Return ``Hello Ada Lovelace``, or ``Hello`` if the name may be something else."""
    return f"Hello {name}" if _can_only_be_a_name(name) else "Hello"


def _can_only_be_a_name(name: str) -> bool:
    # As one of several forms that look alike: full-width letters and dots become ASCII.
    text = _BETWEEN.sub(" ", normalize("NFKC", name).translate(_LIKE_ASCII)).strip(" ")
    words = re.split("[ ,.'-]+", text.lower())
    return (
        len(text) <= _MAX_LENGTH
        and len(text.split()) <= _MAX_WORDS
        and _SPELT_ADDRESS.isdisjoint(words)
        # `St. John`, but not `evil. example`.
        and not any(first.islower() for first in _BROKEN_DOMAIN.findall(text))
        and _NAME.fullmatch(_MIDDLE_DOT.sub("-", _shape(text))) is not None
    )


def _shape(text: str) -> str:
    """Return a text with ``a`` or ``L`` for each letter, without marks; ``?`` for what no name has.

    Punctuation and spaces stay.
    """
    return "".join(map(_kind, text))


def _kind(character: str) -> str:
    kind = category(character)
    if kind.startswith("L") and character not in _LIKE_DOTS:
        return "a" if character.isascii() else "L"
    if kind.startswith("M") or character in _JOINERS:
        return ""
    return character if character in " .,'-\u00b7\u30fb" else "?"
