"""The reasons to reject a file: a code for machines, a sentence for people."""

from enum import Enum


class Reason(Enum):
    """A code, which ``reason.json`` and the logs contain, and its sentence."""

    EMPTY = "empty", "The file is empty."
    TOO_LARGE = "too_large", "The file is larger than files of its type may be."
    MISMATCH = "content_mismatch", "The content is not of the type that the file's name says."
    DAMAGED = "damaged", "The file is damaged, cut short, or not valid."
    ENCRYPTED = "encrypted", "The document is encrypted."
    UNSUPPORTED = "unsupported", "The file may be valid, but this variant of it is not supported."
    TOO_MANY_PIXELS = "too_many_pixels", "The picture has too many pixels, all frames together."
    TOO_EXPENSIVE = "too_expensive", "Reading the file takes more memory or time than it may."

    NOT_PARSED = "not_parsed", "Files of this kind are not parsed."
    """The verdict of a parser on a file that is then copied: it never reaches ``rejected/``."""

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        self.sentence = sentence


class Rejected(Exception):
    """The file cannot be processed, and another attempt would not help."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason
