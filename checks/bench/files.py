"""Measures ``process-upload`` on a picture and a document, compared with libraries alone."""

import io
import json
import os
import socket
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TextIO

from PIL import Image, ImageChops, ImageStat

from checks.bench import BenchError, memory, system
from checks.bench.environments import ROOT, WORKER_PYTHON, worker_folder
from checks.bench.scoreboard import Row, ratio

OWN = "process-upload"
PICTURE_GOAL, DOCUMENT_GOAL = 1.1, 1.2
_RESIZED, _THUMBNAIL = (960, 1280), (192, 256)
_TELLABLE = 3  # levels of 256 by which pictures may differ that look the same
_HOW = "processor's time from the file's bytes to those of its outputs, over"


@dataclass(frozen=True)
class Contender:
    """Something that processes a file.

    Attributes:
        name: what it is called.
        function: of ``own_work.py`` or ``baselines/``, for ``file_loop.py``.
        paged: whether its results are the pages one by one; one whose are not sets no floor.
    """

    name: str
    function: str
    paged: bool = True


PICTURES = (Contender(OWN, "own.picture"), Contender("Pillow alone", "baselines.pictures.plain"))
DOCUMENTS = (
    Contender(OWN, "own.document"),
    Contender("pypdfium2 alone", "baselines.documents.pypdfium2"),
    Contender("PyMuPDF (AGPL)", "baselines.documents.pymupdf"),
    Contender("pdf-oxide", "baselines.documents.pdf_oxide"),
    Contender("pypdf", "baselines.documents.pypdf"),
    Contender("pdf-inspector, unpaged", "baselines.documents.pdf_inspector", paged=False),
)
"""pdf-inspector does not say where pages end, nor that a document is encrypted, and garbles more
documents than the others; so it is here to compare with. pdfminer.six, at 35 times, is left out."""


@dataclass(frozen=True)
class Laps:
    """What a contender made of the file, and the seconds of each of its rounds."""

    results: list[bytes]
    seconds: list[float] = field(default_factory=list)


def measure(rounds: int) -> list[Row]:
    """Measure times and memory, and count what passes through the function that copies."""
    folder = worker_folder()
    files = folder / "files"
    files.mkdir()
    subprocess.run(
        [WORKER_PYTHON, ROOT / "checks" / "bench" / "sample_files.py", files], check=True
    )
    picture, document = files / "picture.jpg", files / "document.pdf"
    words: list[list[str]] = json.loads((files / "document.json").read_text())
    rows = [
        *picture_rows(race(PICTURES, picture, rounds)),
        *document_rows(race(DOCUMENTS, document, rounds), words),
    ]
    with system.start() as running:
        return rows + memory.measure(running, folder, picture.read_bytes(), document.read_bytes())


def race(contenders: Sequence[Contender], file: Path, rounds: int) -> dict[Contender, Laps]:
    """Run each contender on the file in turn, round by round, each in its own process."""
    with ExitStack() as stack:
        started = {one: stack.enter_context(_lapping(one, file)) for one in contenders}
        laps = {one: Laps(_results(one, file)) for one in contenders}
        for number in range(1, rounds + 1):
            for one, stream in started.items():
                laps[one].seconds.append(_lap(stream))
            sys.stderr.write(f"\r{file.name}: round {number} of {rounds}")
        sys.stderr.write("\n")
        return laps


def picture_rows(laps: dict[Contender, Laps]) -> Iterator[Row]:
    """Compare with Pillow alone, which must have made the same pictures.

    Raises:
        BenchError: they are not the same, or not what they shall be.
    """
    own, plain = laps.values()
    for made, other, size in zip(own.results, plain.results, (_RESIZED, _THUMBNAIL), strict=True):
        _compare_pictures(made, other, size)
    how = f"{_HOW} Pillow's draft and resize: to 1,280 pixels, upright, and a thumbnail of 256"
    return _rows("picture of 12 megapixels", laps, plain.seconds, PICTURE_GOAL, how)


def document_rows(laps: dict[Contender, Laps], words: list[list[str]]) -> Iterator[Row]:
    """Return the rows of documents, compared with the fastest library with equal pages.

    Raises:
        BenchError: a text is not what was written.
    """
    for one, found in laps.items():
        texts = [result.decode().split() for result in found.results]
        if one.name == OWN or not one.paged:
            right = list(chain(*texts)) == list(chain(*words))
        else:
            right = texts == words
        if not right:
            raise BenchError(f"{one.name} reads another text than was written")
    others = [one for one in laps if one.name != OWN and one.paged]
    fastest = min(others, key=lambda one: statistics.median(laps[one].seconds))
    how = f"{_HOW} that of the fastest library that gives its pages: {fastest.name}"
    return _rows("PDF of 200 pages", laps, laps[fastest].seconds, DOCUMENT_GOAL, how)


def _rows(
    group: str, laps: dict[Contender, Laps], floor: Sequence[float], goal: float, how: str
) -> Iterator[Row]:
    for one, found in laps.items():
        own = one.name == OWN
        yield ratio(
            found.seconds,
            floor,
            group=group,
            name=one.name,
            goal=goal if own else None,
            own=own,
            how=how,
        )


def _compare_pictures(made: bytes, other: bytes, size: tuple[int, int]) -> None:
    with Image.open(io.BytesIO(made)) as one, Image.open(io.BytesIO(other)) as two:
        if not one.size == two.size == size:
            raise BenchError(f"pictures of {one.size} and {two.size}, not of {size}")
        differ = ImageStat.Stat(ImageChops.difference(one.convert("RGB"), two.convert("RGB")))
    if max(differ.mean) > _TELLABLE:
        raise BenchError(f"pictures differ by {max(differ.mean):.0f} levels of 256")


@contextmanager
def _lapping(contender: Contender, file: Path) -> Iterator[TextIO]:
    """Start ``file_loop.py``, wait for its first run, and yield the stream to start more."""
    results = _folder(contender, file)
    results.mkdir()
    ours, its = socket.socketpair()
    with ours, its, ours.makefile("rw") as stream:
        process = subprocess.Popen(
            [
                WORKER_PYTHON,
                ROOT / "checks" / "bench" / "file_loop.py",
                contender.function,
                file,
                results,
            ],
            cwd=file.parent.parent,
            env={"PATH": os.environ["PATH"], "AWS_DEFAULT_REGION": "eu-central-1"},
            stdin=its.fileno(),
            stdout=its.fileno(),
        )
        with process:
            try:
                its.close()
                _hear(stream)
                yield stream
            finally:
                process.kill()


def _lap(stream: TextIO) -> float:
    stream.write("\n")
    stream.flush()
    return float(_hear(stream))


def _hear(stream: TextIO) -> str:
    if line := stream.readline():
        return line
    raise BenchError("a contender ended; what it says is above")


def _folder(contender: Contender, file: Path) -> Path:
    return file.with_name(f"{contender.function}.results")


def _results(contender: Contender, file: Path) -> list[bytes]:
    """Return the results of the first run, in order."""
    paths = sorted(_folder(contender, file).iterdir(), key=lambda path: int(path.name))
    return [path.read_bytes() for path in paths]
