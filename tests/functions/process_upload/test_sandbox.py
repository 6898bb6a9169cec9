import contextlib
import errno
import logging
import os
import resource
import signal
import socket
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import IO, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers.process_upload import images, sandbox
from handlers.process_upload.pdf import MEMORY_BYTES, extract_pdf
from handlers.process_upload.rejection import Reason, Rejected
from handlers.process_upload.sniff import Kind
from handlers.process_upload.text import extract_html
from handlers.process_upload.word import extract_docx
from tests.functions.process_upload import files as files

MEGABYTE = 2**20
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="the kernel ignores RLIMIT_AS")
# The parallel test runner has threads of its own.
pytestmark = [
    pytest.mark.early,
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning"),
]

Parse = Callable[..., None]


def run(
    parse: Parse,
    content: bytes = b"",
    *,
    outputs: int = 1,
    seconds: float = 20,
    megabytes: int = 512,
) -> list[bytes]:
    """Run a parser as the function does, and return what it wrote."""
    with ExitStack() as stack:
        source, *made = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(1 + outputs))
        source.write(content)
        source.seek(0)
        sandbox.run(parse, source, made, seconds=seconds, memory_bytes=megabytes * MEGABYTE)
        for output in made:
            output.seek(0)
        return [output.read() for output in made]


def verdict(parse: Parse, content: bytes = b"", **limits: Any) -> Reason | None:
    try:
        run(parse, content, **limits)
    except Rejected as rejected:
        return rejected.reason
    return None


sealed_pdf = partial(sandbox.sealed, extract_pdf, memory_bytes=MEMORY_BYTES)


def picture(kind: str) -> Parse:
    return partial(images.render, kind=Kind(kind), max_side=800, thumbnail_side=100)


@pytest.fixture(autouse=True)
def _leaves_nothing_behind() -> Iterator[None]:
    descriptors, before = descriptors_of_the_parser(), children()
    yield
    assert descriptors_of_the_parser() <= descriptors
    assert children() <= before  # other tests of this process may have theirs


def descriptors_of_the_parser() -> set[tuple[str, str]]:
    """Return the open pipes, sockets and unnamed files: the kinds that a run of a parser opens.

    Other descriptors come and go here: garbage is collected, the tests' database is read.
    """
    found = set()
    for number in os.listdir("/dev/fd"):
        with contextlib.suppress(OSError):  # the listing's own is closed by now
            target = os.readlink(f"/dev/fd/{number}")
            if target.startswith(("pipe:", "socket:")) or target.endswith("(deleted)"):
                found.add((number, target))
    return found


def children() -> set[str]:
    """Return this process's children, those included that ended and were not waited for (Linux)."""
    lists = Path("/proc/self/task").glob("*/children")
    return {child for children in lists for child in children.read_text().split()}


def copy(source: IO[bytes], output: IO[bytes]) -> None:
    output.write(source.read())


def test_what_the_child_wrote_is_the_result() -> None:
    assert run(copy, b"content") == [b"content"]


def test_a_parser_s_own_verdict_passes() -> None:
    for reason in Reason:

        def refuse(*_: IO[bytes], reason: Reason = reason) -> None:
            raise Rejected(reason)

        assert verdict(refuse) is reason


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("x"), Reason.DAMAGED),
        (OSError("no errno"), Reason.DAMAGED),
        (OSError(errno.EINVAL, "seek"), Reason.DAMAGED),
        (MemoryError(), Reason.TOO_EXPENSIVE),
        (RecursionError(), Reason.TOO_EXPENSIVE),
        (OSError(errno.ENOMEM, "map"), Reason.TOO_EXPENSIVE),
    ],
)
def test_what_a_parser_raises_is_a_verdict(error: Exception, reason: Reason) -> None:
    def fail(*_: IO[bytes]) -> None:
        raise error

    assert verdict(fail) is reason


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EMFILE, errno.EIO])
def test_the_machine_s_trouble_is_not_the_file_s(number: int) -> None:
    def fail(*_: IO[bytes]) -> None:
        raise OSError(number, os.strerror(number))

    with pytest.raises(sandbox.SandboxError):
        run(fail)


def test_a_child_that_dies_is_too_expensive() -> None:
    for number in (signal.SIGKILL, signal.SIGXCPU, signal.SIGALRM):
        assert verdict(lambda *_, n=number: os.kill(os.getpid(), n)) is Reason.TOO_EXPENSIVE
    assert verdict(lambda *_: os._exit(99)) is Reason.TOO_EXPENSIVE


FOR_EVER = 60
"""Seconds, far from the limit that is tested: a busy machine may take its time to stop a parser."""


def pretend_to_end(*_: IO[bytes]) -> None:
    """Close all files, as if the process had ended."""
    os.closerange(3, 1024)
    time.sleep(FOR_EVER)


@pytest.mark.parametrize(
    "parse", [lambda *_: time.sleep(FOR_EVER), lambda *_: sum(iter(int, 1)), pretend_to_end]
)
def test_time_is_bounded(parse: Parse) -> None:
    began = time.monotonic()
    assert verdict(parse, seconds=0.3) is Reason.TOO_EXPENSIVE
    assert time.monotonic() - began < FOR_EVER / 2


@linux_only
def test_memory_is_bounded() -> None:
    def fits(*_: IO[bytes]) -> None:
        bytearray(100 * MEGABYTE)

    assert verdict(fits, megabytes=128) is None
    assert verdict(fits, megabytes=64) is Reason.TOO_EXPENSIVE


@linux_only
def test_a_sealed_parser_has_less_memory() -> None:
    def fits(*_: IO[bytes]) -> None:
        bytearray(100 * MEGABYTE)

    assert verdict(partial(sandbox.sealed, fits, memory_bytes=128 * MEGABYTE)) is None
    less = partial(sandbox.sealed, fits, memory_bytes=64 * MEGABYTE)
    assert verdict(less) is Reason.TOO_EXPENSIVE
    more = partial(sandbox.sealed, fits, memory_bytes=512 * MEGABYTE)
    assert verdict(more, megabytes=64) is Reason.TOO_EXPENSIVE


def test_a_sealed_parser_can_open_nothing() -> None:
    def open_a_file(*_: IO[bytes]) -> None:
        os.open(__file__, os.O_RDONLY)

    def connect(*_: IO[bytes]) -> None:
        socket.socket()

    for parse in (open_a_file, connect):
        assert verdict(parse) is None
        with pytest.raises(sandbox.SandboxError):  # no descriptor is left
            verdict(partial(sandbox.sealed, parse, memory_bytes=64 * MEGABYTE))


def test_the_parent_s_connections_are_not_the_child_s() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        descriptor = server.fileno()

        def look(_: IO[bytes], output: IO[bytes]) -> None:
            with suppress(OSError):
                os.fstat(descriptor)
                output.write(b"open")

        assert run(look) == [b""]
        assert os.fstat(descriptor)


def test_output_is_bounded() -> None:
    def flood(_: IO[bytes], output: IO[bytes]) -> None:
        output.seek(sandbox.MAX_OUTPUT_BYTES)
        output.write(b"x" * 10)

    assert verdict(flood) is Reason.TOO_EXPENSIVE


def test_the_child_is_silent(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    # Lambda's log handler, too, writes to a descriptor of its own.
    handler = logging.FileHandler(tmp_path / "log")
    logging.getLogger("parser").addHandler(handler)

    def talk(*_: IO[bytes]) -> None:
        print(files.CANARY)  # noqa: T201
        os.write(2, files.CANARY.encode())
        logging.getLogger("parser").critical(files.CANARY)
        warnings.warn(files.CANARY, stacklevel=1)

    assert verdict(talk) is None
    logging.getLogger("parser").removeHandler(handler)
    handler.close()
    assert capfd.readouterr() == ("", "")
    assert (tmp_path / "log").read_text() == ""


def test_the_parent_keeps_its_limits() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS), resource.getrlimit(resource.RLIMIT_CPU)
    run(copy)
    assert before == (
        resource.getrlimit(resource.RLIMIT_AS),
        resource.getrlimit(resource.RLIMIT_CPU),
    )
    assert not logging.root.manager.disable


def test_a_picture_of_24_million_pixels_fits_a_function_of_512_mb() -> None:
    image = files.quadrants(6_000, 4_000)
    for content, kind in [
        (files.encode(image, "JPEG", progressive=True), "JPEG"),
        (files.encode(image, "PNG", compress_level=1), "PNG"),
    ]:
        assert verdict(picture(kind), content, outputs=2, megabytes=256) is None


@linux_only
def test_a_picture_that_does_not_fit_is_rejected() -> None:
    content = files.png_bomb(7_000, palette=True)  # 7 KB; 245 MB when decoded
    assert verdict(picture("PNG"), content, outputs=2, megabytes=400) is None
    assert verdict(picture("PNG"), content, outputs=2, megabytes=64) is Reason.TOO_EXPENSIVE


def seconds_of_children() -> float:
    """Return the CPU time of the child processes that were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def flood() -> bytes:
    return files.pdf(b"BT /F1 12 Tf " + b"(a) Tj " * 2_000_000 + b"ET", compress=True)


def bomb() -> bytes:
    """Return a PDF with more than any machine may hold here: rejected, be it fast or slow."""
    return files.pdf(files.zeros(MEMORY_BYTES + 200 * MEGABYTE), packed=True)


NESTED = files.pdf(b"[" * 200_000)
XML = b"<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><w:body>"
LOOP = files.pdf(files.pdf_text("x")).replace(b"/Kids [5 0 R]", b"/Kids [2 0 R]")


@pytest.mark.parametrize(
    ("parse", "make", "outputs"),
    [
        pytest.param(picture("PNG"), files.png_bomb, 2, id="png-bomb"),
        pytest.param(
            picture("TIFF"), lambda: b"II*\x00" + b"\xff" * 200, 2, id="tiff-far-directory"
        ),
        pytest.param(sealed_pdf, flood, 1, id="pdf-flood"),
        pytest.param(sealed_pdf, bomb, 1, id="pdf-bomb"),
        pytest.param(sealed_pdf, lambda: b"%PDF-1.4 nothing else", 1, id="pdf-empty"),
        pytest.param(
            extract_docx, lambda: files.word_with(XML + b"<w:p>" * 300_000), 1, id="docx-deep"
        ),
        pytest.param(
            extract_docx, lambda: files.word_with(XML + b"<w:p/>" * 5_000_000), 1, id="docx-bomb"
        ),
        pytest.param(extract_docx, lambda: files.word()[:-200], 1, id="docx-cut"),
        pytest.param(extract_docx, lambda: files.archive(a=b"b"), 1, id="docx-not"),
    ],
)
def test_hostile_files_are_rejected_in_bounded_time(
    parse: Parse, make: Callable[[], bytes], outputs: int
) -> None:
    content = make()
    before = seconds_of_children()
    assert verdict(parse, content, outputs=outputs, seconds=1, megabytes=384)
    # The kernel ends what takes two seconds of CPU, however slow the machine's clock makes it seem.
    assert seconds_of_children() - before < 2.5


@pytest.mark.parametrize(
    "content", [NESTED, LOOP, files.pdf(files.pdf_text("x"))[:-200]], ids=["nested", "loop", "cut"]
)
def test_odd_documents_end_in_a_result_or_a_verdict(content: bytes) -> None:
    verdict(sealed_pdf, content, seconds=3)


FORM = [
    b"/Subtype /Widget /T (a) /FT /Tx /V (b) /AP << /N 6 0 R >>",
    b"/Subtype /Widget /T (c) /FT /Ch /Opt [(d) (e)] /V (e)",
    b"/Subtype /Widget /T (f) /FT /Btn /V /g /AS /g /AP << /N << /g 6 0 R >> >>",
    b"/Subtype /FreeText /Contents (h)",
    b"/Subtype /Stamp /AP << /N 6 0 R >>",
]
SHOWN = b"Printed\ndrawn\nb\ne\n[x] f: g\nh\n"


def test_a_form_is_read_by_a_parser_that_can_open_nothing() -> None:
    assert run(sealed_pdf, files.pdf_with(*FORM)) == [SHOWN]


GOOD: list[tuple[Parse, bytes, int]] = [
    *[(picture(kind), files.tagged(kind, 6), 2) for kind in ("JPEG", "PNG", "WEBP", "GIF", "TIFF")],
    (picture("GIF"), files.animation("GIF"), 2),
    (sealed_pdf, files.pdf(files.pdf_text("x"), compress=True), 1),
    (sealed_pdf, files.pdf_with(*FORM), 1),
    (extract_docx, files.word(), 1),
    (extract_html, b"<p>x</p>", 1),
]


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(GOOD), st.data())
def test_files_with_damage_anywhere_end_in_a_result_or_a_verdict(
    good: tuple[Parse, bytes, int], data: st.DataObject
) -> None:
    parse, content, outputs = good
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=6))
        damaged = damaged or bytearray(b"\x00")
    verdict(parse, bytes(damaged[: data.draw(st.integers(0, 2 * len(damaged)))]), outputs=outputs)


@settings(max_examples=20)
@given(st.sampled_from(GOOD), st.binary(max_size=300))
def test_random_bytes_end_in_a_result_or_a_verdict(
    good: tuple[Parse, bytes, int], content: bytes
) -> None:
    verdict(good[0], good[1][:16] + content, outputs=good[2])
