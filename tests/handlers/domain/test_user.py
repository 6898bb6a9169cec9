import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.email_address import PATTERN, guard_id, is_address, normalise
from handlers.domain.user import NAME_PATTERN, is_user_id, is_visible, new_user_id

FIRST, LAST = 0, 2**48 / 1000 - 1


def test_id_is_that_of_the_specifications_example() -> None:
    # https://github.com/ulid/spec: 1469918176385 ms is 01ARYZ6S41
    assert new_user_id(1469918176.385)[:15] == "user_01ARYZ6S41"


def test_ids_differ_in_80_bits() -> None:
    ids = {new_user_id(1_795_404_527) for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len({i[position] for i in ids}) == 32 for position in range(15, 31))


@given(st.floats(FIRST, LAST), st.floats(FIRST, LAST))
def test_ids_sort_by_time(one: float, other: float) -> None:
    first, second = new_user_id(one), new_user_id(other)
    assert is_user_id(first)
    assert len(first) == 31
    if int(one * 1000) != int(other * 1000):
        assert (first < second) == (one < other)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "user_",
        "user_1",
        "user_01KAQ2Z4T5V6W7X8Y9ZABCDEFG\n",
        "user_01kaq2z4t5v6w7x8y9zabcdefg",
        "user_81KAQ2Z4T5V6W7X8Y9ZABCDEFG",
        "user_01KAQ2Z4T5V6W7X8Y9ZABCDEFU",
        guard_id("ada@example.com"),
    ],
)
def test_other_texts_are_not_user_ids(text: str) -> None:
    assert not is_user_id(text)


@pytest.mark.parametrize(
    "address",
    [
        "a@b.co",
        "Ada.Lovelace+tag@mail.example.com",
        "o'hara@example.co.uk",
        "x@xn--bcher-kva.example",
        f"{'l' * 64}@example.com",
        f"a@{'d' * 63}.com",
        "a@" + ".".join(["d" * 61] * 4) + ".com",
    ],
)
def test_addresses(address: str) -> None:
    assert is_address(address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "ada@localhost",
        "@example.com",
        "ada@",
        "a@b@example.com",
        "ada@example..com",
        ".ada@example.com",
        "ada.@example.com",
        "a..da@example.com",
        "ada@-example.com",
        "ada@example-.com",
        "ada@example.com.",
        "ada@[127.0.0.1]",
        "ada@127.0.0.1",
        "ada@example.c",
        '"ada l"@example.com',
        "Ada <ada@example.com>",
        "ada@example.com,bob@example.com",
        "ada@example.com\n",
        "ada@example.com\r\nBcc: bob@example.com",
        "ada@exämple.com",
        "ädä@example.com",
        "ada @example.com",
        " ada@example.com",
        f"{'l' * 65}@example.com",
        f"a@{'d' * 64}.com",
        "a@" + ".".join(["d" * 61] * 4) + ".comm.com",
    ],
)
def test_other_texts_are_not_addresses(text: str) -> None:
    assert not is_address(text)


@given(st.from_regex(PATTERN, fullmatch=True))
def test_normalising_twice_is_normalising_once(address: str) -> None:
    once = normalise(address)
    assert normalise(once) == once
    assert guard_id(address.upper()) == guard_id(f" {address} ") == guard_id(once)


@given(st.text())
def test_no_control_character_is_part_of_an_address(text: str) -> None:
    for address in (text, f"{text}@example.com", f"ada@{text}.com", f"ada@example.com{text}"):
        if is_address(address):
            assert address.isascii()
            assert address.isprintable()
            assert " " not in address


@given(st.text(st.characters(codec="utf-8"), max_size=10))
def test_names_pattern_agrees_with_what_is_visible(text: str) -> None:
    accepted = re.fullmatch(NAME_PATTERN, text) is not None
    if not text.strip() or any(ord(c) < 32 or c == "\ufffd" for c in text):
        assert not accepted
    elif text.isprintable():
        # Of the marks of single scripts, the pattern knows nothing.
        assert accepted or not is_visible(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\u3000",
        "\u200b\u2060",  # of no width
        "\ufeff",
        "\u00ad",  # a soft hyphen
        "\u3164",  # fillers of Hangul
        "\u115f\u1160",
        "\uffa0",
        "\u2800",  # the blank of Braille
        "\ufffc",
        "\U0001d159",
        "\u034f",
        "\u17b4",
        "\u180b\u180e\u180f",
        "\ufe0f",  # variation selectors
        "\U000e0100",
        "\U000e0041\U000e007f",  # tags
        "\U000e0fff",
        "\u2065\ufff0",
        "\U0001bca0\U0001d173",
        "\u0301",  # combining marks alone
        "\u0e31\u093e",
        " \u200d\u0301\u3164 ",
    ],
)
def test_a_name_without_a_visible_character_is_none(text: str) -> None:
    assert not is_visible(text)
    assert is_visible(f"{text}a")
    assert is_visible(f"{text}李")


@pytest.mark.parametrize(
    "text",
    ["a", "-", "é", "e\u0301", "क\u093e", "李", "\U00020000", "🙂", "٣", "\ue000", "\u2603\ufe0f"],
)
def test_a_name_with_a_visible_character(text: str) -> None:
    assert is_visible(text)
    assert re.fullmatch(NAME_PATTERN, text)


@given(st.text(st.characters(codec="utf-8"), max_size=6))
def test_what_unicode_calls_a_letter_or_a_space_decides(text: str) -> None:
    if any(c.isalnum() and c not in "\u115f\u1160\u3164\uffa0" for c in text):
        assert is_visible(text)
    if not text.strip():
        assert not is_visible(text)
