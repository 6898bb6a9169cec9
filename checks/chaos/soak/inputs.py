"""Makes the inputs of a soak: the n-th depends on the seed and n only, so none is stored."""

import json
import random
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from checks.chaos.soak.files import File, make, md5
from checks.chaos.soak.schedules import ROOT, schedules

CYCLE = 400
"""The number of inputs in which each schedule runs once, or twice at the same time."""

_SCHEDULES_APART = 37
_HALF = 0.5


class Kind(StrEnum):
    """What an input goes through, except schedules; the values head the rows of the table."""

    CREATE = "POST /users"
    CREATE_USER = "GraphQL createUser"
    READ = "GET /users/{id}"
    ERASE = "DELETE /users/{id}"
    MESSAGE = "e-mail queue"
    EVENT = "e-mail event, repeated"
    UPLOAD = "uploads"
    FORM = "POST /users/{id}/uploads"
    REQUEST_UPLOAD = "GraphQL requestUpload"
    LIVE = "POST /tickets"  # an upload by a form that the caller follows by a WebSocket


class Variant(StrEnum):
    """What is special about an input."""

    PLAIN = "plain"
    KEYED = "keyed"  # with an Idempotency-Key
    TAKEN = "taken"  # the address of an earlier user
    INVALID = "invalid"
    CORRUPT = "corrupt"  # cut off
    COPY = "copy"  # of what was sent before: adds nothing
    REPLACING = "replacing"  # under the key of an earlier upload


# Weights. Schedules come besides, by number.
_MIX: tuple[tuple[int, Kind, Variant], ...] = (
    (15, Kind.CREATE, Variant.KEYED),
    (10, Kind.CREATE, Variant.PLAIN),
    (4, Kind.CREATE, Variant.INVALID),
    (3, Kind.CREATE, Variant.TAKEN),
    (9, Kind.READ, Variant.PLAIN),
    (3, Kind.ERASE, Variant.PLAIN),  # of a user of its own
    (18, Kind.MESSAGE, Variant.PLAIN),
    (4, Kind.MESSAGE, Variant.INVALID),
    (3, Kind.MESSAGE, Variant.CORRUPT),
    (4, Kind.MESSAGE, Variant.COPY),
    (4, Kind.EVENT, Variant.PLAIN),
    (18, Kind.UPLOAD, Variant.PLAIN),
    (8, Kind.UPLOAD, Variant.INVALID),
    (4, Kind.UPLOAD, Variant.REPLACING),
    (3, Kind.UPLOAD, Variant.COPY),
    (6, Kind.FORM, Variant.KEYED),
    (4, Kind.FORM, Variant.PLAIN),
    (3, Kind.LIVE, Variant.PLAIN),
)


BY_GRAPHQL = {Kind.CREATE: Kind.CREATE_USER, Kind.FORM: Kind.REQUEST_UPLOAD}
"""What half of these requests go through, if the application has a GraphQL API."""


def kinds() -> list[str]:
    """Return the kinds of inputs of this application; a schedule has its function's name."""
    mixed = dict.fromkeys(kind for _, kind, _ in _mix())
    more = [BY_GRAPHQL[kind] for kind in mixed if kind in BY_GRAPHQL] if _has_graphql() else []
    return [*mixed, *more, *schedules()]


@cache
def _has_graphql() -> bool:
    return any(ROOT.glob("handlers/*/schema.graphql"))


@cache
def _mix() -> list[tuple[int, Kind, Variant]]:
    """Return the mix without the requests that the API has no route for."""
    paths = json.loads((ROOT / "openapi.json").read_text())["paths"]
    routes = {f"{method.upper()} {path}" for path, item in paths.items() for method in item}
    return [part for part in _MIX if "/" not in part[1] or part[1] in routes]


@cache
def _scheduled() -> dict[int, tuple[str, Variant]]:
    """Return the schedules by their place in a cycle."""
    by_position: dict[int, tuple[str, Variant]] = {}
    for position, (function, schedule) in enumerate(schedules().items(), start=1):
        by_position[_SCHEDULES_APART * position] = (function, Variant.PLAIN)
        if schedule.TWICE:
            by_position[_SCHEDULES_APART * position + 1] = (function, Variant.COPY)
    return by_position


@dataclass(frozen=True, slots=True)
class Input:
    """One input: its number, what it goes through, and the number that it is found by.

    ``slot`` is the input's own number, or the earlier one whose address or key it takes.
    """

    number: int
    kind: str
    variant: Variant
    slot: int


class Inputs:
    """The inputs of a seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._weights = [weight for weight, _, _ in _mix()]

    def __getitem__(self, number: int) -> Input:
        """Return the n-th input."""
        if number % CYCLE in _scheduled():
            function, variant = _scheduled()[number % CYCLE]
            return Input(number, function, variant, number - (variant is Variant.COPY))
        drawn, variant = self._drawn(number)
        kind = BY_GRAPHQL.get(drawn, drawn) if self.by_graphql(number) else drawn
        earlier = {Variant.TAKEN, Variant.COPY, Variant.REPLACING}
        if variant not in earlier:
            return Input(number, kind, variant, number)
        wanted = Kind.CREATE if drawn == Kind.MESSAGE else drawn
        # An upload that is replaced is not repeated too: its sequencer is overwritten then.
        slot = self.earlier(number, wanted, odd=variant is Variant.REPLACING)
        return Input(number, kind, variant if slot != number else Variant.PLAIN, slot)

    def random(self, number: int, what: str) -> random.Random:
        """Return the random numbers for one property of an input."""
        return random.Random(f"{self.seed} {number} {what}")  # noqa: S311 - no secret

    def by_graphql(self, number: int) -> bool:
        """Return True if an input that creates something goes to the GraphQL API."""
        return _has_graphql() and self.random(number, "api").random() < _HALF

    def address(self, slot: int) -> str:
        """Return the e-mail address that identifies an input."""
        return f"n{slot}@soak{self.seed}.example.com"

    def request(self, item: Input) -> str:
        """Write the body of a ``POST /users``."""
        body: dict[str, object] = {"name": f"Soak {item.slot}", "email": self.address(item.slot)}
        if item.variant is Variant.INVALID:
            body |= self.random(item.number, "request").choice(
                [{"name": ""}, {"name": 7}, {"name": None}, {"name": "a\nb"}, {"name": "x" * 101}]
            )
        return json.dumps(body)

    def message(self, item: Input) -> str:
        """Write the body of a message on the e-mail queue."""
        message = {
            "to": self.address(item.slot),
            "subject": f"News {item.number}",
            "body": "Your order is on its way.",
            "type": "notification",
        }
        if item.variant is Variant.INVALID:
            message |= self.random(item.number, "message").choice(
                [{"type": "invoice"}, {"subject": "a\r\nBcc: b@example.com"}, {"body": " "}]
            )
        text = json.dumps(message)
        if item.variant is Variant.CORRUPT:
            # Cut after the number, so that no two are the same.
            number_end = text.index("@") + 1
            return text[: self.random(item.number, "cut").randrange(number_end, len(text))]
        return text

    def message_md5(self, item: Input) -> str:
        """Return the MD5 that identifies the body of a message."""
        return md5(self.message(item).encode())

    def file(self, item: Input) -> File:
        """Return the file of an upload."""
        name = self.random(item.slot, "name")
        return make(
            item.slot,
            name=name,
            content=self.random(item.number, "content"),
            broken=item.variant is Variant.INVALID,
        )

    def text(self, item: Input) -> bytes:
        """Return the content of a file that is uploaded by a form."""
        unique = self.random(item.number, "content").getrandbits(64)
        return f"Soak {item.number} {unique:x}\n".encode()

    def announcement(self, item: Input) -> str:
        """Write the body of a request for a form; the input's number is the file's name."""
        size = len(self.text(item))
        return json.dumps(
            {"filename": str(item.number), "content_type": "text/plain", "size": size}
        )

    def earlier(self, number: int, wanted: Kind, *, odd: bool = False) -> int:
        """Return the number of an earlier good input of a kind, or this one if there is none."""
        start = number - self.random(number, "back").randrange(5, 50)
        for candidate in range(start, max(start - 100, -1), -1):
            if candidate % CYCLE not in _scheduled() and candidate % 2 == odd:
                found, variant = self._drawn(candidate)
                if found is wanted and variant in (Variant.PLAIN, Variant.KEYED):
                    return candidate
        return number

    def _drawn(self, number: int) -> tuple[Kind, Variant]:
        _, kind, variant = self.random(number, "kind").choices(_mix(), self._weights)[0]
        return kind, variant
