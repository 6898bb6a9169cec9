import string
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.process_upload import keys
from handlers.process_upload.events import upload

NAMES = ("resized.jpg", "thumbnail.webp", "text.txt", "original", "reason.json")
LONGEST = "original." + "x" * 16
# Any key S3 takes: UTF-8 (no surrogates), with what is special somewhere being frequent.
PIECES = st.one_of(
    st.sampled_from(
        ["", ".", "..", "a", "+", "%2B", "%", " ", "\x00", "\n", "é", "日本", "by-sha256", "a.jpg"]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/"), max_size=12),
)
PATHS = st.lists(PIECES, min_size=1, max_size=6).map("/".join)
KEYS = PATHS.map(lambda path: (keys.UPLOADS + path).encode()[:1024].decode(errors="ignore"))


@given(KEYS)
def test_a_key_is_decoded_once_however_it_was_encoded(key: str) -> None:
    assert keys.decode(quote_plus(key)) == key
    assert keys.decode(quote_plus(key, safe="/")) == key
    assert keys.decode(quote(key)) == key


@pytest.mark.parametrize(
    ("encoded", "decoded"),
    [
        ("uploads/red+flower.jpg", "uploads/red flower.jpg"),
        ("uploads/a%2Bb.jpg", "uploads/a+b.jpg"),
        ("uploads/a%252Bb.jpg", "uploads/a%2Bb.jpg"),
        ("uploads/100%25.txt", "uploads/100%.txt"),
        ("uploads/%E6%97%A5.png", "uploads/日.png"),
        ("uploads/a%00b", "uploads/a\x00b"),
    ],
)
def test_keys_that_are_easily_decoded_wrongly(encoded: str, decoded: str) -> None:
    assert keys.decode(encoded) == decoded


def test_bytes_that_are_not_utf_8_are_refused_and_not_replaced() -> None:
    with pytest.raises(UnicodeDecodeError):
        keys.decode("uploads/%FF")


@given(KEYS, KEYS, st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_distinct_uploads_never_share_an_output(
    one: str, other: str, name: str, other_name: str
) -> None:
    same = (one, name) == (other, other_name)
    for prefix in (keys.PROCESSED, keys.REJECTED):
        assert (keys.output(prefix, one, name) == keys.output(prefix, other, other_name)) is same


@given(KEYS)
def test_outputs_stay_under_their_prefix_and_within_the_limit_of_s3(key: str) -> None:
    for prefix in (keys.PROCESSED, keys.REJECTED):
        made = keys.output(prefix, key, LONGEST)
        assert made.startswith(prefix)
        assert len(made.encode()) <= keys.MAX_KEY_BYTES
        assert not {".", ".."} & set(made.split("/"))
        assert not any(ord(character) < 32 for character in made)


@pytest.mark.parametrize("length", [988, 989])
def test_a_path_that_leaves_no_room_becomes_a_hash(length: int) -> None:
    path = "é" * (length // 2) + "a" * (length % 2)
    made = keys.output(keys.PROCESSED, keys.UPLOADS + path, LONGEST)
    assert (made == f"processed/{path}/{LONGEST}") is (length == 988)
    assert (keys.HASHED in made) is (length == 989)


def test_a_path_that_looks_like_a_hash_becomes_one() -> None:
    hashed = keys.output(keys.PROCESSED, "uploads/a/../b", "original")
    imitation = "uploads/" + hashed.removeprefix(keys.PROCESSED).removesuffix("/original")
    assert keys.output(keys.PROCESSED, imitation, "original") != hashed


@pytest.mark.parametrize(
    ("key", "extension"),
    [
        ("uploads/a.JPG", ".JPG"),
        ("uploads/a.tar.gz", ".gz"),
        ("uploads/a.b/c", ""),
        ("uploads/.bashrc", ""),
        ("uploads/a.", ""),
        ("uploads/a.p df", ""),
        ("uploads/a.jpg\n", ""),
        ("uploads/a." + "x" * 16, "." + "x" * 16),
        ("uploads/a." + "x" * 17, ""),
        ("uploads/a.jpg/", ""),
    ],
)
def test_extensions(key: str, extension: str) -> None:
    assert keys.extension(key) == extension


HEX = st.text(string.hexdigits, min_size=1, max_size=18)


def record(sequencer: str, time: str = "2026-11-23T03:28:47.000Z") -> dict[str, object]:
    item = {"key": "uploads/a", "size": 1, "versionId": "v1", "sequencer": sequencer}
    return {"eventTime": time, "s3": {"bucket": {"name": "b"}, "object": item}}


@given(HEX, HEX)
def test_sequencers_order_as_hexadecimal_fractions(one: str, other: str) -> None:
    longest = max(len(one), len(other))
    older = int(one.ljust(longest, "0"), 16) < int(other.ljust(longest, "0"), 16)
    assert (upload(record(one)).sequence < upload(record(other)).sequence) is older


def test_time_settles_the_order_of_equal_sequencers() -> None:
    older, newer = record("0", "2026-11-23T03:28:47.001Z"), record("0", "2026-11-23T03:28:47.002Z")
    assert upload(older).sequence < upload(newer).sequence
