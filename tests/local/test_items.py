"""Items as plain JSON, whatever they hold."""

import base64
import json
import math
import unicodedata
from decimal import Decimal

import pytest
from boto3.dynamodb.types import TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from local.errors import LocalError
from local.items import key_attribute, plain, plain_item
from local.terminal_json import terminal_json

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=12) | st.integers(
    -(10**38) + 1, 10**38 - 1
)
DIRECTIONS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**37), 10**37) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(min_size=1), inner),
    max_leaves=20,
)


@given(JSON)
def test_what_json_can_say_stays_as_it_is(value):
    assert plain(TypeSerializer().serialize(value)) == value


@given(NUMBERS)
def test_no_digit_of_a_number_is_lost(number):
    printed = json.dumps(plain({"N": str(number)}))
    assert Decimal(str(json.loads(printed))) == Decimal(str(number))


def test_a_number_that_floats_cannot_hold_is_a_text():
    assert plain({"N": "1.50"}) == 1.5
    assert plain({"N": "1E+2"}) == 100
    assert plain({"N": "0.1234567890123456789012345678901234567"}) == (
        "0.1234567890123456789012345678901234567"
    )


@given(st.binary())
def test_binary_values_are_base64(content):
    assert base64.b64decode(plain({"B": content})) == content
    assert plain({"BS": [content]}) == [plain({"B": content})]


def test_sets_are_sorted_lists():
    assert plain({"SS": ["b", "a"]}) == ["a", "b"]
    assert plain({"NS": ["10", "9.5", "-1"]}) == [-1, 9.5, 10]


def test_the_key_comes_first():
    item = {"b": {"S": "1"}, "a": {"S": "2"}, "id": {"S": "3"}}
    assert list(plain_item(item, first=("id",))) == ["id", "a", "b"]


@given(st.sampled_from("NB"), st.text() | st.decimals().map(str))
def test_a_key_is_of_its_kind_or_is_refused(kind, text):
    try:
        attribute = key_attribute(kind, text)
    except LocalError as error:
        attribute, refusal = None, str(error)
    if attribute is None:
        assert repr(text) in refusal
    elif kind == "N":
        assert math.isfinite(Decimal(attribute["N"]))
    else:
        assert base64.b64encode(attribute["B"]).decode() == text


@pytest.mark.parametrize("indent", [None, 2])
@given(value=JSON)
def test_terminal_json_is_json_without_control_characters(indent, value):
    text = terminal_json(value, indent=indent)
    assert json.loads(text) == value
    shown = text.replace("\n", "") if indent else text
    assert not [c for c in shown if unicodedata.category(c) == "Cc"]
    assert not [c for c in shown if unicodedata.bidirectional(c) in DIRECTIONS]
