import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.email_address import PATTERN, guard_id, is_address, normalise
from handlers.domain.user import NAME_PATTERN, is_user_id, new_user_id

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
def test_names_pattern_agrees_with_strip(text: str) -> None:
    accepted = re.fullmatch(NAME_PATTERN, text) is not None
    if not text.strip() or any(ord(c) < 32 or c == "\ufffd" for c in text):
        assert not accepted
    elif text.isprintable():
        assert accepted
