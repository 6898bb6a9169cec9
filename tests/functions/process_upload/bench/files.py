"""Measures this function on a picture and a document, compared with libraries alone."""

import io
import json
import shutil
import statistics
import subprocess
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from PIL import Image, ImageChops, ImageStat

from checks.bench import BenchError, system
from checks.bench.race import Contender, Timings, race, rows
from checks.bench.scoreboard import Row
from checks.bench.worker_probes import WORKER_PYTHON, worker_folder
from tests.functions.process_upload.bench import whole

HERE = Path(__file__).parent
NAME = "process-upload"
PICTURE_GOAL, DOCUMENT_GOAL = 1.1, 1.2
_RESIZED, _THUMBNAIL = (960, 1280), (192, 256)
_TELLABLE = 3  # levels of 256 by which pictures may differ that look the same
_HOW = "processor's time from the file's bytes to those of its outputs, over"

PICTURES = (
    Contender(NAME, "own_work.picture", ours=True),
    Contender("Pillow alone", "baselines.pictures.plain"),
)
DOCUMENTS = (
    Contender(NAME, "own_work.document", ours=True),
    Contender("pypdfium2 alone", "baselines.documents.pypdfium2"),
    Contender("PyMuPDF (AGPL)", "baselines.documents.pymupdf"),
    Contender("pdf-oxide", "baselines.documents.pdf_oxide"),
    Contender("pypdf", "baselines.documents.pypdf"),
    Contender("pdf-inspector, unpaged", "baselines.documents.pdf_inspector", paged=False),
)
"""pdf-inspector does not say where pages end, nor that a document is encrypted, and garbles more
documents than the others; so it is here to compare with. pdfminer.six, at 35 times, is left out."""


def measure(rounds: int) -> list[Row]:
    """Measure times and memory, and count what passes through the function that copies."""
    folder = worker_folder()
    shutil.copy(HERE / "own_work.py", folder)
    files = folder / "files"
    files.mkdir()
    subprocess.run([WORKER_PYTHON, HERE / "sample_files.py", files], check=True)
    picture, document = files / "picture.jpg", files / "document.pdf"
    words: list[list[str]] = json.loads((files / "document.json").read_text())
    times = [
        *picture_rows(race(PICTURES, picture, rounds)),
        *document_rows(race(DOCUMENTS, document, rounds), words),
    ]
    with system.start() as running:
        return times + whole.measure(running, folder, picture.read_bytes(), document.read_bytes())


def picture_rows(timings: dict[Contender, Timings]) -> Iterator[Row]:
    """Compare with Pillow alone, which must have made the same pictures.

    Raises:
        BenchError: they are not the same, or not what they shall be.
    """
    own, plain = timings.values()
    for made, other, size in zip(own.results, plain.results, (_RESIZED, _THUMBNAIL), strict=True):
        _compare_pictures(made, other, size)
    how = f"{_HOW} Pillow's draft and resize: to 1,280 pixels, upright, and a thumbnail of 256"
    return rows("picture of 12 megapixels", timings, plain.seconds, PICTURE_GOAL, how)


def document_rows(timings: dict[Contender, Timings], words: list[list[str]]) -> Iterator[Row]:
    """Return the rows of documents, compared with the fastest library with equal pages.

    Raises:
        BenchError: a text is not what was written.
    """
    for one, found in timings.items():
        texts = [result.decode().split() for result in found.results]
        if one.ours or not one.paged:
            right = list(chain(*texts)) == list(chain(*words))
        else:
            right = texts == words
        if not right:
            raise BenchError(f"{one.name} reads another text than was written")
    others = [one for one in timings if not one.ours and one.paged]
    fastest = min(others, key=lambda one: statistics.median(timings[one].seconds))
    how = f"{_HOW} that of the fastest library that gives its pages: {fastest.name}"
    return rows("PDF of 200 pages", timings, timings[fastest].seconds, DOCUMENT_GOAL, how)


def _compare_pictures(made: bytes, other: bytes, size: tuple[int, int]) -> None:
    with Image.open(io.BytesIO(made)) as one, Image.open(io.BytesIO(other)) as two:
        if not one.size == two.size == size:
            raise BenchError(f"pictures of {one.size} and {two.size}, not of {size}")
        differ = ImageStat.Stat(ImageChops.difference(one.convert("RGB"), two.convert("RGB")))
    if max(differ.mean) > _TELLABLE:
        raise BenchError(f"pictures differ by {max(differ.mean):.0f} levels of 256")
