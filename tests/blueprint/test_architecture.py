"""The diagram of the architecture: all that the program registers, and nothing on anything else."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import combinations

import pytest

from blueprint.documents.architecture import diagram
from blueprint.documents.architecture_svg import draw
from blueprint.documents.diagram import Arrow, Diagram
from infra.config.stack import StackConfig
from infra.function.image_function import FunctionArgs, ImageFunction
from infra.storage.queue import Queue, QueueArgs
from infra.storage.table import Index, Table, TableArgs
from infra.triggers.queue_trigger import QueueTrigger, QueueTriggerArgs
from tests.support.functions import expected
from tests.support.stacks import FUNCTIONS, recorded, stack

SVG = "{http://www.w3.org/2000/svg}"


def this_diagram() -> Diagram:
    return diagram(stack("prod").recorder)


@pytest.mark.parametrize("name", ["dev", "local"])
def test_it_is_one_for_all_stacks(name: str) -> None:
    assert diagram(stack(name).recorder) == this_diagram()


def test_every_function_is_started_by_something_or_by_hand() -> None:
    started = {
        name: sorted(a.kind for a in arrows if a.kind in ("source", "event"))
        for name, arrows in this_diagram().functions.items()
    }
    assert set(started) == set(FUNCTIONS)
    by_hand = {function for function, each in expected().items() if each.trigger == "none"}
    assert {name: len(kinds) for name, kinds in started.items()} == {
        name: int(name not in by_hand) for name in FUNCTIONS
    }


def test_every_queue_is_in_it() -> None:
    """A dead-letter queue without an arrow would be overlooked."""
    ends = {a.end for arrows in this_diagram().functions.values() for a in arrows}
    assert {q.name for q in stack("prod").recorder.all("aws:sqs/queue:Queue")} <= ends


@pytest.mark.parametrize(
    ("function", "arrows"),
    [
        (
            "create-user",
            [
                Arrow("source", "REST API", "POST /users"),
                Arrow("grant", "users", "put"),
                Arrow("grant", "ledger", "put"),
            ],
        ),
        (
            "queue-welcome",
            [
                Arrow("event", "users", "stream: insert, 100 at once"),
                Arrow("grant", "emails", "send"),
                Arrow("failure", "new-users-failures", "after 5 retries"),
            ],
        ),
        (
            "send-email",
            [
                Arrow("event", "emails", "messages, 10 at once"),
                Arrow("grant", "mail", "send"),
                Arrow("grant", "emails", "change visibility"),
                Arrow("grant", "users", "update"),
                Arrow("grant", "ledger", "update"),
                Arrow("failure", "emails-dead-letters", "after 5 receives"),
            ],
        ),
        (
            "process-upload",
            [
                Arrow("event", "storage", "created in uploads/"),
                Arrow("grant", "storage", "get uploads/"),
                Arrow("grant", "storage", "list"),
                Arrow("grant", "storage", "abort, put processed/, rejected/"),
                Arrow("grant", "ledger", "put, update"),
                Arrow("grant", "user-uploads", "update"),
                Arrow("failure", "process-upload-failures", "after 2 retries"),
            ],
        ),
        (
            "cleanup-expired",
            [
                Arrow("source", "schedule", "rate(1 hour)"),
                Arrow("grant", "ledger", "query by-expiry"),
                Arrow("grant", "ledger", "delete"),
                Arrow("grant", "users", "query welcome-pending"),
                Arrow("grant", "users", "update"),
                Arrow("grant", "emails", "send"),
                Arrow("failure", "cleanup-expired-failures", "after 2 retries or undelivered"),
            ],
        ),
    ],
)
def test_arrows(function: str, arrows: list[Arrow]) -> None:
    assert list(this_diagram().functions[function]) == arrows


def another_diagram() -> Diagram:
    """Return the diagram of another program, with long names."""

    def program() -> None:
        config = StackConfig()
        visits = Table(
            "visits-of-all-customers",
            TableArgs(retain=False, indexes=[Index(name="by-day", hash_key="d", range_key="e")]),
        )
        clicks = Queue("clicks", QueueArgs(consumer_timeout=30))
        count = ImageFunction(
            "get-user",
            FunctionArgs(
                config=config,
                description="Counts",
                memory_mb=256,
                timeout=30,
                grants=[visits.query("by-day"), visits.delete(), clicks.send()],
            ),
        )
        QueueTrigger(
            "to-count",
            QueueTriggerArgs(queue=clicks, function=count, batch_size=5, max_concurrency=2),
        )

    return diagram(recorded(program))


def test_what_another_program_registers_is_in_its_diagram() -> None:
    assert another_diagram() == Diagram(
        {
            "get-user": (
                Arrow("event", "clicks", "messages, 5 at once"),
                Arrow("grant", "visits-of-all-customers", "query by-day"),
                Arrow("grant", "visits-of-all-customers", "delete"),
                Arrow("grant", "clicks", "send"),
                Arrow("failure", "clicks-dead-letters", "after 5 receives"),
            )
        },
        {"clicks": "queue", "visits-of-all-customers": "table"},
    )


Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def boxes(root: ET.Element) -> list[Box]:
    found = [
        (
            float(r.get("x", 0)),
            float(r.get("y", 0)),
            float(r.get("width", 0)),
            float(r.get("height", 0)),
        )
        for r in root.iter(f"{SVG}rect")
        if r.get("class") != "page"
    ]
    return [(x, y, x + width, y + height) for x, y, width, height in found]


def words(root: ET.Element) -> list[Box]:
    """Return where texts are, as wide as a browser may draw them."""
    found = []
    for text in root.iter(f"{SVG}text"):
        x, y = float(text.get("x", 0)), float(text.get("y", 0))
        width = 6.7 * len(text.text or "")
        left = x - width / 2 if text.get("text-anchor") == "middle" else x
        found.append((left, y - 10, left + width, y + 3))
    return found


def are_apart(one: Box, other: Box) -> bool:
    return one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


@pytest.mark.parametrize("shown", [this_diagram, another_diagram], ids=["this", "another"])
def test_nothing_lies_on_anything_else(shown: Callable[[], Diagram]) -> None:
    root = ET.fromstring(draw(shown()))
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    drawn, texts = boxes(root), words(root)
    assert len(drawn) > 3
    for left, top, right, bottom in (*drawn, *texts):
        assert left >= 0 <= top
        assert right <= width
        assert bottom <= height
    for one, other in (*combinations(drawn, 2), *combinations(texts, 2)):
        assert are_apart(one, other)
    for text in texts:  # in a box, or beside all
        assert all(
            are_apart(text, box) or (box[0] <= text[0] and text[2] <= box[2]) for box in drawn
        ), text
    lanes = [
        float(path.get("d", "").partition(" ")[0][1:])
        for path in root.iter(f"{SVG}path")
        if path.get("class") == "lane"
    ]
    labels = [box for box in texts if all(are_apart(box, other) for other in drawn)][
        :-1
    ]  # no legend
    assert max(right for _, _, right, _ in labels) < min(lanes)
