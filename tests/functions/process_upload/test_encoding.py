"""Uploads that were stored with ``Content-Encoding``."""

import bz2
import gzip
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.process_upload.encoding import (
    CHUNK_BYTES,
    NotDecodable,
    TooLarge,
    codings,
    decoded,
)

MOST = 1_000_000


def pieces(content: bytes, size: int = CHUNK_BYTES) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


def decode(content: bytes, *applied: str, most: int = MOST, size: int = CHUNK_BYTES) -> bytes:
    return b"".join(decoded(pieces(content, size), list(applied), most))


def raw(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(content) + packer.flush()


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("gzip", ["gzip"]),
        ("X-GZIP", ["gzip"]),
        ("deflate, gzip", ["deflate", "gzip"]),
        ("aws-chunked", []),
        ("aws-chunked,gzip", ["gzip"]),
        ("identity", []),
        (" gzip ,", ["gzip"]),
        ("br", None),
        ("gzip, zstd", None),
        ("utf-8", None),
    ],
)
def test_the_header(header: str, found: list[str] | None) -> None:
    assert codings(header) == found


@given(
    st.binary(max_size=300) | st.integers(0, 40_000).map(bytes),
    st.sampled_from([1, 7, CHUNK_BYTES]),
)
def test_what_was_encoded_is_decoded(content: bytes, size: int) -> None:
    packed = gzip.compress(content)
    assert decode(packed, "gzip", size=size) == content
    assert decode(packed + packed, "gzip", size=size) == content + content
    assert decode(packed + b"\x00\x00 and more", "gzip", size=size) == content
    assert decode(zlib.compress(content), "deflate", size=size) == content
    assert decode(gzip.compress(zlib.compress(content)), "deflate", "gzip", size=size) == content


def test_deflate_as_some_servers_send_it() -> None:
    assert decode(raw(b"<p>text</p>" * 99), "deflate") == b"<p>text</p>" * 99


@pytest.mark.parametrize("content", [b"", b"name,city\r\n", bz2.compress(b"x")])
def test_what_is_no_gzip_is_left_as_it_is(content: bytes) -> None:
    assert decode(content, "gzip") == content


@given(st.data())
def test_what_is_cut_short_or_broken_is_told(data: st.DataObject) -> None:
    packed = gzip.compress(b"content" * 20)
    with pytest.raises(NotDecodable):
        decode(packed[: data.draw(st.integers(2, len(packed) - 1))], "gzip")
    with pytest.raises(NotDecodable):
        decode(packed[:10] + b"\xff" + packed[11:], "gzip")


@given(st.binary(max_size=200), st.lists(st.sampled_from(["gzip", "deflate"]), max_size=3))
def test_any_bytes_are_decoded_or_refused(content: bytes, applied: list[str]) -> None:
    try:
        decode(content, *applied)
    except (NotDecodable, TooLarge):
        assert applied


def test_bombs_are_refused() -> None:
    bomb = gzip.compress(bytes(MOST + 1))
    with pytest.raises(TooLarge):
        decode(bomb, "gzip")
    assert len(decode(gzip.compress(bytes(MOST)), "gzip")) == MOST
    inner = gzip.compress(b"") * (MOST // 20 + 1)  # unpacks to nothing, but only at last
    with pytest.raises(TooLarge):
        decode(gzip.compress(inner), "gzip", "gzip")
