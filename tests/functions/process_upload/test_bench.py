"""Pictures, documents and copies: what is measured is checked, and what is bad shows."""

import io
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from checks.bench import ROOT, BenchError, memory, race, system
from checks.bench.race import Timings
from checks.bench.scoreboard import Row
from checks.bench.system import System
from tests.functions.process_upload.bench import files, sample_files, whole
from tests.functions.process_upload.bench.files import DOCUMENTS, PICTURES

pytestmark = pytest.mark.long  # measures with real files

SIZE = 26 * 2**20  # larger than what is parsed: 25 MB
HANDLERS = """
import os

import botocore.session

def s3():
    return botocore.session.get_session().create_client("s3")

def answer(event, change=lambda content: content):
    place = event["Records"][0]["s3"]
    bucket, key = place["bucket"]["name"], place["object"]["key"]
    content = s3().get_object(Bucket=bucket, Key=key)["Body"].read()
    target = key.replace("uploads/", "processed/") + "/original.bin"
    s3().put_object(Bucket=bucket, Key=target, Body=change(content))
    return {"outcomes": ["copied"]}

def streaming(event, context):
    return answer(event)

def changing(event, context):
    return answer(event, lambda content: content[:-1] + b"!")

def idle(event, context):
    return {"outcomes": ["ignored"]}
"""


@pytest.fixture(scope="module")
def running() -> Iterator[System]:
    with system.start() as started:
        yield started


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder to run handlers in, by this environment's Python."""
    for module in (race, memory):
        monkeypatch.setattr(module, "WORKER_PYTHON", sys.executable)
    (tmp_path / "handlers").symlink_to(ROOT / "handlers")
    (tmp_path / "theirs.py").write_text(HANDLERS)
    shutil.copy(files.HERE / "own_work.py", tmp_path)
    (tmp_path / "files").mkdir()
    # The runtime interface client, which this environment has not, counts as memory only.
    (tmp_path / "awslambdaric").mkdir()
    (tmp_path / "awslambdaric/bootstrap.py").touch()
    return tmp_path


def copied(running: System, folder: Path, handler: str) -> tuple[Row, Row]:
    most, through = whole.copy(running, folder, handler, SIZE)
    return most, through


def test_of_an_object_that_is_copied_nothing_passes_through_the_function(
    running: System, folder: Path
) -> None:
    most, through = copied(running, folder, whole.HANDLER)
    assert (through.value, through.reached) == (0, True)
    assert 20 < most.value < 128


def test_a_handler_that_streams_shows_in_bytes_and_in_memory(running: System, folder: Path) -> None:
    most, through = copied(running, folder, "theirs.streaming")
    assert through.value > 1.9 * SIZE
    assert through.reached is False
    assert most.value > SIZE / 1e6 + 20


@pytest.mark.parametrize(
    ("handler", "problem"), [("changing", "differ"), ("idle", "not copied"), ("none", "failed")]
)
def test_a_copy_that_is_none_is_not_measured(
    running: System, folder: Path, handler: str, problem: str
) -> None:
    with pytest.raises(BenchError, match=problem):
        copied(running, folder, f"theirs.{handler}")


def test_this_function_takes_part_in_the_race(folder: Path) -> None:
    file = folder / "files" / "picture.jpg"
    file.write_bytes(sample_files.picture(400, 300))
    timings = race.race(PICTURES[:1], file, 1)[PICTURES[0]]
    sizes = [Image.open(io.BytesIO(result)).size for result in timings.results]
    assert sizes == [(300, 400), (192, 256)]
    assert len(timings.seconds) == 1


WORDS = [["one", "two"], ["three"]]
PAGES = [b"one two\n", b"three\n"]
WHOLE = [b"one\ntwo\n\nthree\n"]


def read(**changed: list[bytes]) -> list[Row]:
    """Compare contenders, the first the slowest, of which some have read another text."""
    timings = {}
    for place, one in enumerate(DOCUMENTS):
        whole = one.ours or not one.paged
        results = changed.get(one.function.rpartition(".")[2], WHOLE if whole else PAGES)
        timings[one] = Timings(results, [1.0 - place / 10] * 3)
    return list(files.document_rows(timings, WORDS))


def test_the_floor_is_the_fastest_that_gives_the_pages() -> None:
    rows = read()
    assert rows[0].floor_seconds == min(row.seconds or 0 for row in rows[:-1])
    assert (rows[-1].value < 1, rows[-1].goal) == (True, None)  # it gives none
    assert rows[0].goal == 1.2
    assert rows[0].reached is False


@pytest.mark.parametrize(
    "changed",
    [
        {"document": [b"one two\n\nthird\n"]},
        {"pypdf": [b"one two three", b""]},
        {"pymupdf": PAGES[:1]},
        {"pdf_inspector": [b"one two"]},
    ],
)
def test_who_reads_another_text_than_was_written_is_not_measured(
    changed: dict[str, list[bytes]],
) -> None:
    with pytest.raises(BenchError, match="another text"):
        read(**changed)


def picture(size: tuple[int, int], colour: str = "teal") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, colour).save(stream, "JPEG")
    return stream.getvalue()


RESIZED, THUMBNAIL = picture((960, 1280)), picture((192, 256))


def resized(own: list[bytes]) -> list[Row]:
    timings = {one: Timings([RESIZED, THUMBNAIL], [1.0]) for one in PICTURES}
    timings[PICTURES[0]] = Timings(own, [1.05])
    return list(files.picture_rows(timings))


def test_pictures_are_compared_with_those_of_the_library_alone() -> None:
    own, plain = resized([RESIZED, THUMBNAIL])
    assert (own.value, own.reached, plain.value, plain.ours) == (1.05, True, 1.0, False)


@pytest.mark.parametrize(
    "own",
    [
        [picture((1280, 960)), THUMBNAIL],  # not upright
        [RESIZED, picture((256, 256))],
        [RESIZED, picture((192, 256), "black")],
    ],
)
def test_other_pictures_are_not_measured(own: list[bytes]) -> None:
    with pytest.raises(BenchError, match="pictures"):
        resized(own)


def test_the_picture_is_the_same_each_time_and_no_flat_one() -> None:
    content = sample_files.picture(400, 300)
    assert content == sample_files.picture(400, 300)
    with Image.open(io.BytesIO(content)) as image:
        assert image.getexif()[0x0112] == sample_files.SIDEWAYS
        assert image.size == (400, 300)
        assert min(band.entropy() for band in image.split()) > 6  # bits; 8 would be mere noise
    assert sample_files.WIDTH * sample_files.HEIGHT > 12_000_000
