"""The table of a soak: right for whatever becomes of the inputs."""

from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.chaos.soak.account import WELCOME, account
from checks.chaos.soak.books import Books
from checks.chaos.soak.evidence import Evidence
from checks.chaos.soak.files import md5
from checks.chaos.soak.forms import Record, Upload
from checks.chaos.soak.inputs import Input, Inputs, Kind, Variant, kinds
from checks.chaos.soak.report import figures
from checks.chaos.soak.schedules import schedules
from checks.chaos.soak.table import Account, Row

INPUTS = Inputs(5)
ITEMS = [INPUTS[number] for number in range(600)]
ORDINARY = {Variant.PLAIN, Variant.KEYED, Variant.INVALID, Variant.CORRUPT}
CREATES = (Kind.CREATE, Kind.CREATE_USER)
OF_FORMS = (Kind.FORM, Kind.REQUEST_UPLOAD, Kind.LIVE)
COLUMNS = ("once", "twice", "doubled", "dead", "rejected", "refused", "lost", "wrong", "unasked")


@dataclass
class World:
    """A system in which each input meets the fate that it is given."""

    books: Books = field(default_factory=Books)
    users: dict[str, str] = field(default_factory=dict)
    mails: Counter[str] = field(default_factory=Counter)
    erased: set[str] = field(default_factory=set)
    dead_confirmations: list[str] = field(default_factory=list)
    dead_welcomes: list[tuple[str, str]] = field(default_factory=list)
    dead_messages: list[str] = field(default_factory=list)
    dead_uploads: set[tuple[str, str]] = field(default_factory=set)
    dead_schedules: set[int] = field(default_factory=set)
    forms: dict[str, list[Record]] = field(default_factory=dict)
    heard: dict[int, str] = field(default_factory=dict)
    strays: list[int] = field(default_factory=list)
    objects: dict[str, str] = field(default_factory=dict)
    scheduled: dict[str, Counter[str]] = field(
        default_factory=lambda: {function: Counter() for function in schedules()}
    )
    waiting: int = 0

    def account(self, *, uncertain: bool = True) -> Account:
        evidence = Evidence(
            abandoned=set(),
            **{name: value for name, value in vars(self).items() if name != "books"},
        )
        return account(self.books, INPUTS, evidence, uncertain=uncertain)

    def user(self, item: Input, fate: str) -> None:
        self.books.send(item)
        address, user_id = INPUTS.address(item.slot), f"user_{item.number}"
        if fate == "refused":
            self.books.refuse(item)
        elif fate.startswith("unanswered"):
            self.books.leave(item)
        else:
            self.books.accept(item, user_id)
        if fate in ("once", "doubled", "unanswered, stored"):
            self.users[user_id] = address
        if fate == "doubled":
            self.users[user_id + "b"] = address

    def mail(self, item: Input, fate: str) -> None:
        address = INPUTS.address(item.slot)
        self.mails[address] += {"once": 1, "once and dead": 1, "twice": 2, "thrice": 3}.get(fate, 0)
        if "dead" not in fate:
            return
        if item.kind in CREATES:
            self.dead_welcomes += [(user, a) for user, a in self.users.items() if a == address]
        else:
            self.dead_messages.append(INPUTS.message_md5(item))

    def message(self, item: Input, fate: str) -> None:
        self.books.send(item, payload=INPUTS.message_md5(item))
        self.mail(item, fate)

    def upload(self, item: Input, fate: str) -> None:
        file = INPUTS.file(item)
        self.books.send(item, payload=file.md5)
        self.books.accept(item, f"version {item.number}")
        self.objects[file.key] = file.md5
        if fate == "rejected":
            self.objects |= {key: md5 or "any" for key, md5 in file.rejections.items()}
        elif fate == "once":
            self.objects |= {key: md5 or "any" for key, md5 in file.outputs.items()}
        elif fate == "dead":
            self.dead_uploads.add((file.key, f"version {item.number}"))
        elif fate == "half done":
            self.objects |= {key: "altered" for key, md5 in file.outputs.items() if md5}

    def form(self, item: Input, fate: str) -> None:
        name, content = str(item.number), md5(INPUTS.text(item))
        upload = Upload(f"upload_{name}", f"uploads/users/u/upload_{name}.txt", "v1")
        self.books.send(item, payload=content)
        if fate == "refused":
            self.books.refuse(item)
            return
        ended = "done" if fate in ("once", "altered") else "failed"
        self.forms[name], self.heard[item.number] = [Record(upload.id, ended)], ended
        if fate == "unanswered":
            self.books.leave(item)
            return
        self.books.accept(item, str(upload))
        self.objects[upload.key] = content
        if fate in ("once", "altered", "not told"):
            output = f"processed/users/u/upload_{name}.txt/text.txt"
            self.objects[output] = "0" * 32 if fate == "altered" else content
        elif fate == "dead":
            self.dead_uploads.add((upload.key, upload.version))

    def read(self, item: Input, fate: str) -> None:
        self.books.send(item)
        if fate == "once":
            self.books.accept(item, "right")
        elif fate == "refused":
            self.books.refuse(item)

    def erasure(self, item: Input, fate: str) -> None:
        self.books.send(item)
        address, user_id = INPUTS.address(item.slot), f"user_{item.number}"
        if fate == "unanswered":
            self.books.leave(item)
            self.users[user_id] = address
            return
        self.books.accept(item, user_id)
        if fate == "not erased":
            self.users[user_id] = address
            return
        self.erased.add(user_id)
        self.mails[address] += {"once": 2, "not welcomed": 1, "doubled": 5}.get(fate, 0)
        if fate == "dead":
            self.dead_confirmations.append(address)

    def schedule(self, item: Input, fate: str) -> None:
        self.books.send(item)
        detail = f"detail {item.slot}"
        self.books.accept(item, detail)
        self.scheduled[item.kind][detail] += {"once": 1, "doubled": 2}.get(fate, 0)
        if fate == "dead":
            self.dead_schedules.add(item.number)


def row(table: Account, title: str) -> Row:
    (found,) = [row for row in table.rows if row.title == title]
    return found


def counts(found: Row) -> dict[str, int]:
    return {n: c for n, c in zip(COLUMNS, figures(found)[1:], strict=True) if c}


def of(kind: Kind, variant: Variant) -> Input:
    return next(i for i in ITEMS if i.kind == kind and i.variant is variant)


# What may become of an input of each kind, and the column that it must be counted in.
USERS = {
    "once": "once",
    "doubled": "doubled",
    "refused": "refused",
    "unanswered, stored": "once",
    "unanswered": "refused",
    "lost": "lost",
}
MAILS = {
    "once": "once",
    "once and dead": "once",
    "twice": "twice",
    "thrice": "doubled",
    "dead": "dead",
    "lost": "lost",
}
FILES = {"once": "once", "rejected": "rejected", "dead": "dead", "half done": "lost", "": "lost"}
BROKEN_FILES = {"rejected": "rejected", "dead": "dead", "": "lost"}
ERASURES = {
    "once": "once",
    "not welcomed": "once",
    "dead": "once",
    "doubled": "doubled",
    "unanswered": "refused",
    "not erased": "lost",
    "not confirmed": "lost",
}
FORMS = {
    "once": "once",
    "dead": "dead",
    "refused": "refused",
    "unanswered": "refused",
    "altered": "lost",
    "not told": "lost",  # the text is there, but the record does not say so
    "": "lost",
}
SCHEDULES = {"once": "once", "doubled": "doubled", "dead": "dead", "": "lost"}


@given(st.data())
def test_the_table_counts_every_input_where_it_belongs(data: st.DataObject) -> None:
    world = World()
    expected: dict[str, Counter[str]] = {kind: Counter() for kind in (*kinds(), WELCOME)}

    def fate(title: str, fates: dict[str, str]) -> str:
        chosen = data.draw(st.sampled_from(sorted(fates)))
        expected[title][fates[chosen]] += 1
        return chosen

    for item in data.draw(st.lists(st.sampled_from(ITEMS), max_size=40, unique=True)):
        if item.variant not in ORDINARY:
            continue
        if item.kind in CREATES:
            stored = fate(item.kind, USERS)
            world.user(item, stored)
            if stored in ("once", "unanswered, stored"):
                world.mail(item, fate(WELCOME, MAILS))
            elif stored == "doubled":  # two users: who of them was welcomed is not the question
                expected[WELCOME]["lost"] += 1
                expected[WELCOME]["once"] += 1
                world.mail(item, "once")
        elif item.kind == Kind.MESSAGE and item.variant is Variant.PLAIN:
            world.message(item, fate(item.kind, MAILS))
        elif item.kind == Kind.MESSAGE:
            world.message(item, fate(item.kind, {"dead": "dead", "lost": "lost"}))
        elif item.kind == Kind.EVENT:
            fates = {name: MAILS[name] for name in ("once", "twice", "thrice", "lost")}
            world.message(item, fate(item.kind, fates))
        elif item.kind == Kind.UPLOAD:
            broken = item.variant is Variant.INVALID
            world.upload(item, fate(item.kind, BROKEN_FILES if broken else FILES))
        elif item.kind in OF_FORMS:
            world.form(item, fate(item.kind, FORMS))
        elif item.kind == Kind.READ:
            fates = {"once": "once", "refused": "refused", "": "lost"}
            world.read(item, fate(item.kind, fates))
        elif item.kind == Kind.ERASE:
            world.erasure(item, fate(item.kind, ERASURES))
        else:
            world.schedule(item, fate(item.kind, SCHEDULES))
    table = world.account()
    assert {r.title: counts(r) for r in table.rows} == {
        title: dict(+found) for title, found in expected.items()
    }
    bad = {"lost", "doubled"}
    assert table.balances == all(bad.isdisjoint(+found) for found in expected.values())


@given(st.lists(st.sampled_from(ITEMS), min_size=1, max_size=40, unique=True), st.data())
def test_one_message_that_is_lost_among_many_is_found(
    items: list[Input], data: st.DataObject
) -> None:
    messages = [i for i in items if i.kind == Kind.MESSAGE and i.variant in ORDINARY]
    if not messages:
        return
    lost = data.draw(st.sampled_from(messages))
    world = World()
    for item in messages:
        good = "once" if item.variant is Variant.PLAIN else "dead"
        world.message(item, "lost" if item is lost else good)
    table = world.account()
    assert not table.balances
    assert row(table, Kind.MESSAGE).balance.violations == {"lost": {str(lost.number)}}


def test_a_second_e_mail_is_a_violation_where_nothing_was_injected() -> None:
    world = World()
    item = of(Kind.MESSAGE, Variant.PLAIN)
    world.message(item, "twice")
    assert counts(row(world.account(), Kind.MESSAGE)) == {"twice": 1}
    assert row(world.account(uncertain=False), Kind.MESSAGE).balance.doubled == {str(item.number)}


def test_an_e_mail_of_a_broken_message_is_a_violation() -> None:
    world = World()
    item = of(Kind.MESSAGE, Variant.INVALID)
    world.message(item, "once and dead")
    table = world.account()
    assert row(table, Kind.MESSAGE).balance.unknown == {f"of broken {item.number}"}
    assert not table.balances


def test_an_e_mail_to_somebody_else_is_a_violation() -> None:
    world = World()
    world.mails["b@example.com"] = 1
    table = world.account()
    assert row(table, Kind.MESSAGE).balance.unknown == {"to nobody's address"}


def test_a_dead_letter_with_another_payload_is_no_dead_letter_of_what_was_sent() -> None:
    world = World()
    item = of(Kind.MESSAGE, Variant.PLAIN)
    world.message(item, "lost")
    world.dead_messages.append("0" * 32)
    balance = row(world.account(), Kind.MESSAGE).balance
    assert (balance.lost, balance.unknown) == ({str(item.number)}, {"altered"})


def test_a_user_whom_nobody_asked_for_is_a_violation() -> None:
    world = World(users={"user_X": "x@example.com"})
    assert row(world.account(), Kind.CREATE).balance.unknown == {"nobody's user_X"}


def test_a_user_of_another_id_than_the_caller_was_told_is_a_violation() -> None:
    world = World()
    item = of(Kind.CREATE, Variant.PLAIN)
    world.user(item, "lost")
    world.users["user_X"] = INPUTS.address(item.slot)
    assert counts(row(world.account(), Kind.CREATE)) == {"lost": 1, "unasked": 1}


def test_a_request_that_was_refused_and_stored_is_a_violation() -> None:
    world = World()
    item = of(Kind.CREATE, Variant.INVALID)
    world.user(item, "refused")
    world.users["user_X"] = INPUTS.address(item.slot)
    assert not world.account().balances


def test_an_output_of_no_upload_is_a_violation() -> None:
    world = World()
    world.objects["processed/elsewhere/text.txt"] = "0" * 32
    assert row(world.account(), Kind.UPLOAD).balance.unknown == {"of no upload"}


def test_an_upload_that_is_both_done_and_rejected_is_a_violation() -> None:
    world = World()
    item = of(Kind.UPLOAD, Variant.PLAIN)
    world.upload(item, "once")
    world.objects |= {key: md5 or "any" for key, md5 in INPUTS.file(item).rejections.items()}
    assert row(world.account(), Kind.UPLOAD).balance.unknown == {f"of rejected {item.number}"}


@pytest.mark.parametrize("newer", ["once", "rejected", "dead"])
def test_an_upload_that_was_replaced_is_done_when_the_newer_one_is(newer: str) -> None:
    world = World()
    item = of(Kind.UPLOAD, Variant.REPLACING)
    old = INPUTS[item.slot]
    world.upload(old, "once")
    world.upload(item, newer)
    found = row(world.account(), Kind.UPLOAD)
    assert not found.balance.violations
    assert str(old.number) in found.balance.once


def test_an_older_upload_over_a_newer_one_is_found() -> None:
    world = World()
    item = next(
        i
        for i in ITEMS
        if i.variant is Variant.REPLACING and None not in INPUTS.file(i).outputs.values()
    )
    old = INPUTS[item.slot]
    world.upload(old, "")
    world.upload(item, "once")
    world.objects |= {k: md5 for k, md5 in INPUTS.file(old).outputs.items() if md5}
    assert row(world.account(), Kind.UPLOAD).balance.lost == {str(item.number)}


@pytest.mark.parametrize("kind", [each for each in kinds() if each in OF_FORMS])
@pytest.mark.parametrize(("fate", "column"), FORMS.items())
def test_a_form_is_counted_where_it_belongs(fate: str, column: str, kind: Kind) -> None:
    world = World()
    world.form(of(kind, Variant.PLAIN), fate)
    assert counts(row(world.account(), kind)) == {column: 1}


@pytest.mark.needs("live_push")
def test_a_follower_who_hears_nothing_is_a_violation() -> None:
    world, item = World(), of(Kind.LIVE, Variant.PLAIN)
    world.form(item, "once")
    world.heard.clear()
    assert row(world.account(), Kind.LIVE).balance.lost == {str(item.number)}


@pytest.mark.needs("live_push")
def test_a_follower_who_hears_of_another_upload_is_a_violation() -> None:
    world, item = World(), of(Kind.LIVE, Variant.PLAIN)
    world.form(item, "once")
    world.strays.append(item.number)
    unknown = row(world.account(), Kind.LIVE).balance.unknown
    assert unknown == {f"of another than {item.number}"}


def test_two_records_under_one_key_are_a_violation() -> None:
    world, item = World(), of(Kind.FORM, Variant.KEYED)
    world.form(item, "once")
    world.forms[str(item.number)].append(Record("upload_other", "waiting"))
    assert row(world.account(), Kind.FORM).balance.unknown == {f"two records of {item.number}"}


def test_two_records_without_a_key_are_not() -> None:
    """A client that got no answer asks again; what it does not use expires."""
    world, item = World(), of(Kind.FORM, Variant.PLAIN)
    world.form(item, "once")
    world.forms[str(item.number)].append(Record("upload_other", "waiting"))
    assert counts(row(world.account(), Kind.FORM)) == {"once": 1}


def test_an_output_of_no_form_is_a_violation() -> None:
    world = World(objects={"processed/users/u/upload_x.txt/text.txt": "0" * 32})
    assert row(world.account(), Kind.FORM).balance.unknown == {"of no form"}
    assert not row(world.account(), Kind.UPLOAD).balance.unknown


def test_what_waits_still_is_no_good_end() -> None:
    assert World().account().balances
    assert not World(waiting=1).account().balances
