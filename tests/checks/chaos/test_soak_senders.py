"""Tests that an input goes to the API that its row in the table names."""

from typing import Any, cast

import pytest

from checks.chaos.soak.books import Books
from checks.chaos.soak.caller import Answer, Caller
from checks.chaos.soak.inputs import CYCLE, Inputs, Kind, kinds
from checks.chaos.soak.senders import Senders

APIS = {
    Kind.CREATE: {"rest"},
    Kind.CREATE_USER: {"graphql"},
    Kind.FORM: {"rest"},
    Kind.REQUEST_UPLOAD: {"graphql"},
    Kind.LIVE: {"rest", "graphql"},  # half of them each, in one row
}


@pytest.mark.needs("graphql")
@pytest.mark.parametrize("kind", [kind for kind in APIS if kind in kinds()])
def test_an_input_goes_to_the_api_of_its_row(kind: Kind) -> None:
    asked: set[str] = set()

    def refusing(api: str) -> Caller:
        def refuse(*_: object) -> Answer:
            asked.add(api)
            return Answer(400, None, doubtful=False)

        return cast(Caller, refuse)

    inputs, unused = Inputs(1), cast(Any, None)
    senders = Senders(
        inputs=inputs,
        books=Books(),
        caller=refusing("rest"),
        graphql=refusing("graphql"),
        target=unused,
        events=unused,
        listeners=unused,
    )
    for item in map(inputs.__getitem__, range(CYCLE)):
        if item.kind == kind:
            senders.send(item)
    assert asked == APIS[kind]
