"""What a file may take, and the sizes that pictures are resized to."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits of one invocation.

    Attributes:
        max_bytes: largest file that is parsed.
        memory_bytes: memory that a parser may take in addition to the function itself.
        image_max_side: longest side of a resized picture, pixels.
        thumbnail_side: longest side of a thumbnail, pixels.
    """

    max_bytes: int
    memory_bytes: int
    image_max_side: int
    thumbnail_side: int
