"""Transforming a file by the parser of its type, in the sandbox.

A parser's library is imported here, in the parent, when the first file of its type arrives. Not at
INIT, so that a cold start does not wait for libraries that it may not need. Not in the child, which
would import it again for every file. Importing a library executes nothing of a file.
"""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import IO

from handlers.process_upload import sandbox
from handlers.process_upload.limits import Limits
from handlers.process_upload.sniff import PICTURES, Kind

RESIZED = "resized"
EXTRACTED = "extracted"

PARSE_SECONDS = 60
"""Longest time that a parser may run; a file that needs more is too expensive."""

LEAST_PARSE_SECONDS = 10
"""Shortest time that a parser is given; with less, its failure would prove nothing."""

WRITE_SECONDS = 10
"""Time that is reserved for writing the outputs."""


class OutOfTime(Exception):
    """The invocation has too little time left for another file."""


@dataclass(frozen=True)
class Output:
    """A file that a parser writes: its name and its content type."""

    name: str
    content_type: str


@dataclass(frozen=True)
class Parser:
    """How files of one type are transformed.

    Attributes:
        outcome: the upload's outcome.
        parse: runs in the sandbox; gets the file, and one file for each output.
        outputs: the files that it writes, in that order.
    """

    outcome: str
    parse: Callable[..., None]
    outputs: tuple[Output, ...]


@dataclass(frozen=True)
class Transformed:
    """The result: the upload's outcome, and each output with its content."""

    outcome: str
    outputs: tuple[tuple[Output, IO[bytes]], ...]


def transform(
    kind: Kind,
    content: IO[bytes],
    limits: Limits,
    *,
    seconds_left: Callable[[], float],
    files: ExitStack,
    content_type: str = "",
) -> Transformed:
    """Run a file's parser in the sandbox, and return its outputs.

    Args:
        kind: the type of the file.
        content: the file, positioned at its start.
        limits: what the parser may take.
        seconds_left: returns the time until the invocation ends.
        files: closes the outputs.
        content_type: the header of the upload, which may name the charset of a text.

    Raises:
        Rejected: the file is broken or too expensive.
        OutOfTime: the parser would have less than ``LEAST_PARSE_SECONDS``.
        SandboxError: the machine failed the parser.
    """
    parser = _parser(kind, limits, content_type)
    seconds = min(PARSE_SECONDS, seconds_left() - WRITE_SECONDS)
    if seconds < LEAST_PARSE_SECONDS:
        raise OutOfTime(f"{seconds:.0f} s are left for a parser, {LEAST_PARSE_SECONDS} are needed")
    contents = [
        files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  files closes it
        for _ in parser.outputs
    ]
    sandbox.run(parser.parse, content, contents, seconds=seconds, memory_bytes=limits.memory_bytes)
    for output in contents:
        output.seek(0)
    return Transformed(parser.outcome, tuple(zip(parser.outputs, contents, strict=True)))


def _parser(kind: Kind, limits: Limits, content_type: str) -> Parser:
    if kind in PICTURES:
        return _picture_parser(kind, limits)
    text = Output("text.txt", "text/plain; charset=utf-8")
    return Parser(EXTRACTED, _text_extractor(kind, content_type), (text,))


def _picture_parser(kind: Kind, limits: Limits) -> Parser:
    from handlers.process_upload import images

    picture = images.FORMATS[kind]
    return Parser(
        RESIZED,
        partial(
            images.render,
            kind=kind,
            max_side=limits.image_max_side,
            thumbnail_side=limits.thumbnail_side,
        ),
        tuple(
            Output(f"{name}.{picture.extension}", picture.content_type)
            for name in ("resized", "thumbnail")
        ),
    )


def _text_extractor(kind: Kind, content_type: str) -> Callable[..., None]:
    if kind is Kind.PDF:
        from handlers.process_upload import pdf

        return partial(sandbox.sealed, pdf.extract_pdf, memory_bytes=pdf.MEMORY_BYTES)
    if kind is Kind.DOCX:
        from handlers.process_upload.word import extract_docx

        return extract_docx
    from handlers.process_upload import text

    extractors = {Kind.HTML: text.extract_html, Kind.XHTML: text.extract_xhtml}
    return partial(extractors.get(kind, text.extract_text), content_type=content_type)
