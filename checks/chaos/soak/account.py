"""Compares inputs and effects, row by row."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from checks.chaos.reconciliation import Ledger
from checks.chaos.soak import forms
from checks.chaos.soak.books import Books
from checks.chaos.soak.evidence import Evidence
from checks.chaos.soak.inputs import Input, Inputs, Kind, Variant, kinds
from checks.chaos.soak.schedules import schedules
from checks.chaos.soak.table import Account, Row, balanced

WELCOME = "users' stream"
_CREATES = (Kind.CREATE, Kind.CREATE_USER)
_FORMS = (Kind.FORM, Kind.REQUEST_UPLOAD)


def account(books: Books, inputs: Inputs, evidence: Evidence, *, uncertain: bool) -> Account:
    """Compare inputs and effects.

    Args:
        books: what was sent.
        inputs: the inputs of the same seed.
        evidence: what was found.
        uncertain: True if replies of SES may be lost, so that an e-mail may be sent twice.
    """
    return _Accountant(books, inputs, evidence, uncertain).account()


class _Accountant:
    def __init__(self, books: Books, inputs: Inputs, evidence: Evidence, uncertain: bool) -> None:
        self._books = books
        self._inputs = inputs
        self._uncertain = uncertain
        self._sent: dict[str, list[Input]] = {kind: [] for kind in [*Kind, *schedules()]}
        for number in books.numbers:
            item = inputs[number]
            self._sent[item.kind].append(item)
        self._by_address = {
            inputs.address(item.slot): item for items in self._sent.values() for item in items
        }
        # Users to be erased have a row of their own, and may or may not have been welcomed.
        self._evidence = replace(
            evidence,
            users={u: a for u, a in evidence.users.items() if not self._is_erased(a)},
            dead_welcomes=[each for each in evidence.dead_welcomes if not self._is_erased(each[1])],
        )

    def account(self) -> Account:
        mails = self._mails()
        requests = [*self._rows(_CREATES, self._users()), self._welcomes(mails[Kind.CREATE])]
        if Kind.READ in kinds():
            read = (str(item.number) for item in self._accepted(Kind.READ))
            requests.append(self._row(Kind.READ, read))
        if Kind.ERASE in kinds():
            requests.append(self._erasures())
        return Account(
            rows=[
                *requests,
                self._row(Kind.MESSAGE, mails[Kind.MESSAGE], self._dead_messages(), mail=True),
                self._row(Kind.EVENT, mails[Kind.EVENT], mail=True),
                self._uploads(),
                *(self._forms() if Kind.FORM in kinds() else []),
                *(self._row(one, self._scheduled(one), self._dead(one)) for one in schedules()),
            ],
            waiting=self._evidence.waiting,
        )

    def _row(
        self,
        kind: str,
        effects: Iterable[str],
        kept: Iterable[tuple[str, object]] = (),
        *,
        mail: bool = False,
    ) -> Row:
        effects, kept = list(effects), list(kept)
        ends = {*effects, *(name for name, _ in kept)}
        ledger = self._books.ledgers[kind]
        for item in self._sent[kind]:  # without an answer, nothing is guaranteed
            if item.number in self._books.unanswered and str(item.number) not in ends:
                ledger.refuse(str(item.number))
        return balanced(kind, ledger, effects, kept, twice=mail and self._uncertain)

    def _rows(
        self,
        of: Sequence[Kind],
        effects: Iterable[str],
        kept: Iterable[tuple[str, object]] = (),
    ) -> Iterator[Row]:
        """Yield a row for each kind that there is; the first one has what belongs to none."""
        effects, kept = list(effects), list(kept)
        belongs = {str(item.number): kind for kind in of for item in self._sent[kind]}
        for kind in of:
            if kind in kinds():
                yield self._row(
                    kind,
                    [name for name in effects if belongs.get(name, of[0]) == kind],
                    [each for each in kept if belongs.get(each[0], of[0]) == kind],
                )

    def _is_erased(self, address: str) -> bool:
        item = self._by_address.get(address)
        return item is not None and item.kind == Kind.ERASE

    def _erasures(self) -> Row:
        """Balance erasures: the user is gone, and the confirmation was sent or is a dead letter.

        Further e-mails than a welcome and the confirmation, each perhaps twice, are doubles.
        """
        evidence, effects = self._evidence, []
        most = 4 if self._uncertain else 2
        for item in self._accepted(Kind.ERASE):
            address = self._inputs.address(item.slot)
            mails = evidence.mails[address]
            confirmed = mails or address in evidence.dead_confirmations
            if self._books.details[item.number] in evidence.erased and confirmed:
                effects += [str(item.number)] * (1 + (mails > most))
        return self._row(Kind.ERASE, effects)

    def _accepted(self, kind: str) -> Iterator[Input]:
        return (item for item in self._sent[kind] if item.number in self._books.details)

    def _users(self) -> Iterator[str]:
        """Yield the number of the request that created each stored user."""
        users = self._evidence.users
        answered = {self._books.details[i.number]: i for k in _CREATES for i in self._accepted(k)}
        stored = {users[user_id]: i for user_id, i in answered.items() if user_id in users}
        doubtful = {
            self._inputs.address(item.slot): item
            for kind in _CREATES
            for item in self._sent[kind]
            if item.number in self._books.unanswered
        }
        for user_id, address in users.items():
            # A second user with the address of an answered request is a double of the first.
            item = answered.get(user_id) or doubtful.get(address) or stored.get(address)
            yield str(item.number) if item else f"nobody's {user_id}"

    def _welcomes(self, mails: list[str]) -> Row:
        """Balance welcomes: every stored user counts, even if the caller got no response."""
        evidence = self._evidence
        ledger = Ledger()
        ids = {}
        for user_id, address in evidence.users.items():
            ledger.send(user_id, address)
            ids[address] = user_id
        effects = [ids.get(address, "to no user") for address in mails]
        abandoned = [(user_id, evidence.users[user_id]) for user_id in evidence.abandoned]
        kept = [*evidence.dead_welcomes, *abandoned]
        return balanced(WELCOME, ledger, effects, kept, twice=self._uncertain)

    def _mails(self) -> dict[str, list[str]]:
        """Return the input of each e-mail, or the address of each welcome, by kind."""
        found: dict[str, list[str]] = {Kind.CREATE: [], Kind.MESSAGE: [], Kind.EVENT: []}
        for address, count in self._evidence.mails.items():
            item = self._by_address.get(address)
            if item is not None and item.kind == Kind.ERASE:
                continue
            if item is None or item.kind not in (*found, *_CREATES):
                found[Kind.MESSAGE] += ["to nobody's address"] * count
            elif item.kind in _CREATES:
                found[Kind.CREATE] += [address] * count
            elif item.variant is Variant.PLAIN:
                found[item.kind] += [str(item.number)] * count
            else:
                found[item.kind] += [f"of broken {item.number}"] * count
        return found

    def _dead_messages(self) -> list[tuple[str, object]]:
        names = {self._inputs.message_md5(i): str(i.number) for i in self._sent[Kind.MESSAGE]}
        return [(names.get(md5, "altered"), md5) for md5 in self._evidence.dead_messages]

    def _uploads(self) -> Row:
        """Balance uploads: a file is done if its outputs exist; the last file of a key counts."""
        objects = self._evidence.objects
        effects: list[str] = []
        kept: list[tuple[str, object]] = []
        rejected: set[str] = set()
        claimed: set[str] = set()
        for item in self._sent[Kind.UPLOAD]:
            name, file = str(item.number), self._inputs.file(item)
            claimed |= {*file.outputs, *file.rejections}
            replaced = objects.get(file.key) not in (None, file.md5)
            version = self._books.details.get(item.number, "")
            is_rejected = not replaced and _is_there(file.rejections, objects)
            if replaced or _is_there(file.outputs, objects):
                effects += [name, *([f"of rejected {name}"] if is_rejected else [])]
            elif is_rejected:
                rejected.add(name)
                kept.append((name, file.md5))
            elif (file.key, version) in self._evidence.dead_uploads:
                kept.append((name, file.md5))
        strays = {key for key in objects.keys() - claimed if "/users/" not in key}
        effects += ["of no upload" for key in strays if not key.startswith("uploads/")]
        return replace(self._row(Kind.UPLOAD, effects, kept), rejected=rejected)

    def _forms(self) -> Iterator[Row]:
        """Balance the uploads by forms; those that somebody follows have a row of their own."""
        found = forms.ends(
            [item for kind in (*_FORMS, Kind.LIVE) for item in self._sent[kind]],
            self._inputs,
            self._books.details,
            found=self._evidence.forms,
            objects=self._evidence.objects,
            dead=self._evidence.dead_uploads,
            heard=self._evidence.heard,
        )
        names = {str(item.number) for item in self._sent[Kind.LIVE]}
        yield from self._rows(
            _FORMS,
            [name for name in found.effects if name not in names],
            [each for each in found.kept if each[0] not in names],
        )
        if Kind.LIVE in kinds():
            strays = [f"of another than {number}" for number in self._evidence.strays]
            yield self._row(
                Kind.LIVE,
                [*(name for name in found.effects if name in names), *strays],
                [each for each in found.kept if each[0] in names],
            )

    def _scheduled(self, kind: str) -> Iterator[str]:
        for item in self._accepted(kind):
            detail = self._books.details[item.number]
            yield from [str(item.number)] * self._evidence.scheduled[kind][detail]

    def _dead(self, kind: str) -> list[tuple[str, object]]:
        numbers = self._evidence.dead_schedules & {item.number for item in self._sent[kind]}
        return [(str(number), None) for number in numbers]


def _is_there(wanted: dict[str, str | None], objects: dict[str, str]) -> bool:
    """Return True if all outputs exist with the expected content."""
    return bool(wanted) and all(
        key in objects and md5 in (None, objects[key]) for key, md5 in wanted.items()
    )
