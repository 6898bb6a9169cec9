"""What is made of each kind of file, and by which parser.

A parser's library is imported here, in the parent, when the first file of its kind comes: not at
INIT, so that a cold start does not wait for libraries it may not need, and not in each child, which
would import it anew for every file. Importing runs none of a file's bytes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from handlers.process_upload import sandbox
from handlers.process_upload.sniff import PICTURES, Kind

RESIZED = "resized"
EXTRACTED = "extracted"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a file may take, and what pictures become.

    Attributes:
        max_bytes: largest file that is parsed.
        memory_bytes: what a parser may take beside the function itself.
        image_max_side: longest side of a resized picture, pixels.
        thumbnail_side: longest side of a thumbnail, pixels.
    """

    max_bytes: int
    memory_bytes: int
    image_max_side: int
    thumbnail_side: int


@dataclass(frozen=True)
class Output:
    """One file to write."""

    name: str
    content_type: str


@dataclass(frozen=True)
class Work:
    """How a file is processed.

    Attributes:
        outcome: what became of it then.
        parse: called with the file and a file for each output, in the sandbox.
        outputs: what it writes, in that order.
    """

    outcome: str
    parse: Callable[..., None]
    outputs: tuple[Output, ...]


def work(kind: Kind, limits: Limits) -> Work:
    """Choose parser and outputs for one kind of file."""
    if kind in PICTURES:
        return _picture(kind, limits)
    return Work(EXTRACTED, _extractor(kind), (Output("text.txt", "text/plain; charset=utf-8"),))


def _picture(kind: Kind, limits: Limits) -> Work:
    from handlers.process_upload import images

    made = images.FORMATS[kind]
    return Work(
        RESIZED,
        partial(
            images.render,
            kind=kind,
            max_side=limits.image_max_side,
            thumbnail_side=limits.thumbnail_side,
        ),
        tuple(
            Output(f"{name}.{made.extension}", made.content_type)
            for name in ("resized", "thumbnail")
        ),
    )


def _extractor(kind: Kind) -> Callable[..., None]:
    if kind is Kind.PDF:
        from handlers.process_upload import pdf

        return partial(sandbox.sealed, pdf.extract_pdf, memory_bytes=pdf.MEMORY_BYTES)
    if kind is Kind.DOCX:
        from handlers.process_upload.word import extract_docx

        return extract_docx
    from handlers.process_upload.text import extract_html, extract_text

    return extract_html if kind is Kind.HTML else extract_text
