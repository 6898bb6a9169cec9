"""What a soak sends: the same for the same seed, and something of everything."""

from collections import Counter

import pytest

from checks.chaos.soak.inputs import BY_GRAPHQL, CYCLE, Inputs, Kind, Variant, kinds
from checks.chaos.soak.weather import Weather
from handlers.domain.email_message import InvalidMessage, parse
from handlers.domain.new_upload import parse_new_upload
from handlers.domain.new_user import InvalidRequest, parse_new_user
from handlers.process_upload import keys

REST = {own: kind for kind, own in BY_GRAPHQL.items()}
ITEMS = [Inputs(1)[number] for number in range(CYCLE)]


def test_a_seed_decides_every_input() -> None:
    assert [Inputs(1)[number] for number in range(CYCLE)] == ITEMS
    assert [Inputs(2)[number] for number in range(CYCLE)] != ITEMS
    uploads = [item for item in ITEMS if item.kind == Kind.UPLOAD]
    assert [Inputs(1).file(i) for i in uploads] == [Inputs(1).file(i) for i in uploads]


def test_there_is_something_of_everything() -> None:
    found = Counter((item.kind, item.variant) for item in ITEMS)
    assert {kind for kind, _ in found} == set(kinds())
    assert {variant for _, variant in found} == set(Variant)


def test_what_repeats_an_input_names_a_good_one_before_it() -> None:
    for item in ITEMS:
        if item.slot != item.number:
            earlier = ITEMS[item.slot]
            assert item.slot < item.number
            assert earlier.variant in (Variant.PLAIN, Variant.KEYED)
            wanted = Kind.CREATE if item.kind == Kind.MESSAGE else item.kind
            assert REST.get(earlier.kind, earlier.kind) == REST.get(wanted, wanted)


def test_an_upload_is_not_both_replaced_and_repeated() -> None:
    slots = {
        variant: {i.slot for i in ITEMS if i.kind == Kind.UPLOAD and i.variant is variant}
        for variant in (Variant.REPLACING, Variant.COPY)
    }
    assert all(slots.values())
    assert slots[Variant.REPLACING].isdisjoint(slots[Variant.COPY])


def test_messages_and_requests_are_as_broken_as_they_claim() -> None:
    inputs = Inputs(1)
    for item in ITEMS:
        if item.kind == Kind.MESSAGE and item.variant is not Variant.COPY:
            text = inputs.message(item)
            if item.variant is Variant.PLAIN:
                assert parse(text).to == inputs.address(item.number)
            else:
                with pytest.raises(InvalidMessage):
                    parse(text)
        elif REST.get(item.kind, item.kind) == Kind.CREATE:
            body = inputs.request(item).encode()
            if item.variant is Variant.INVALID:
                with pytest.raises(InvalidRequest):
                    parse_new_user(body)
            else:
                assert parse_new_user(body).email == inputs.address(item.slot)


def test_results_are_looked_for_where_the_function_writes_them() -> None:
    inputs = Inputs(1)
    files = [inputs.file(i) for i in ITEMS if i.kind == Kind.UPLOAD]
    assert any("/by-sha256/" in key for file in files for key in file.rejections)
    for file in files:
        for key in (*file.outputs, *file.rejections):
            prefix, name = key[: key.index("/") + 1], key.rpartition("/")[2]
            assert key == keys.output(prefix, file.key, name)


def test_no_two_messages_have_the_same_body_wherever_they_are_cut() -> None:
    inputs = Inputs(1)
    sent = [i for i in map(inputs.__getitem__, range(30_000)) if i.variant is Variant.CORRUPT]
    assert len(sent) > 500
    assert len({inputs.message_md5(item) for item in sent}) == len(sent)


def test_no_two_uploads_have_the_same_content() -> None:
    inputs = Inputs(1)
    sent = [i for i in ITEMS if i.kind == Kind.UPLOAD and i.variant is not Variant.COPY]
    assert len({inputs.file(item).md5 for item in sent}) == len(sent)


def test_kills_are_as_frequent_as_was_asked_for() -> None:
    inputs = Inputs(1)
    victims = [Weather(kills=10).victim(inputs, number) for number in range(5000)]
    killed = Counter(victims)
    assert 375 < 5000 - killed[None] < 625
    assert min(killed.values()) > 500 / len(killed) / 2  # none is spared


def test_good_weather_has_no_faults() -> None:
    weather = Weather(faults=0, kills=0)
    assert not weather.plan(1).faults
    assert weather.victim(Inputs(1), 1) is None


def test_a_form_is_announced_as_the_function_takes_it() -> None:
    inputs = Inputs(1)
    for item in (i for i in ITEMS if REST.get(i.kind, i.kind) == Kind.FORM):
        new = parse_new_upload(inputs.announcement(item).encode(), most_bytes=100)
        assert (new.filename, new.size) == (str(item.number), len(inputs.text(item)))
