"""A soak's table, as it is printed."""

from checks.chaos.reconciliation import Balance
from checks.chaos.soak.report import Result, figures, lines
from checks.chaos.soak.table import Account, Row

GOOD = Row(
    title="uploads",
    balance=Balance(once={"1", "2", "3"}, kept={"4", "5"}, refused={"6"}),
    twice={"3"},
    rejected={"5"},
)
BAD = Row(title="queue", balance=Balance(once={"7"}, lost={str(n) for n in range(100, 130)}))


def _lines(*rows: Row, waiting: int = 0) -> list[str]:
    return lines(
        Result(
            account=Account(rows=list(rows), waiting=waiting),
            sent=40,
            injected={"drop": 3, "kill": 2, "fail": 0},
            calls=5000,
            repeated=4,
            ended="all was sent",
            send_seconds=10,
            settle_seconds=2,
            command="make soak",
        )
    )


def test_figures_behind_the_first_add_up_to_it() -> None:
    sent, *ends, unasked = figures(GOOD)
    assert ends == [2, 1, 0, 1, 1, 1, 0, 0]
    assert (sent, unasked) == (sum(ends), 0) == (6, 0)


def test_the_table_ends_with_its_sums() -> None:
    text = _lines(GOOD, BAD)
    uploads, everything = (" ".join(text[line].split()) for line in (2, 4))
    assert uploads == "| uploads | 6 | 2 | 1 | 0 | 1 | 1 | 1 | 0 | 0 | 0 |"
    assert everything == "| all | 37 | 3 | 1 | 0 | 1 | 1 | 1 | 30 | 0 | 0 |"
    assert len({len(line) for line in text[:5]}) == 1


def test_what_was_injected_is_told() -> None:
    assert "Faults: 3 in 5,000 calls; kills: 2 (3 drop, 2 kill)." in _lines(GOOD)
    sent = "Sent 40 inputs in 10 s (4.0 a second), until all was sent; then 2 s without faults."
    assert sent in _lines(GOOD)
    assert _lines(GOOD)[-1] == "The same run: make soak"


def test_what_must_not_be_is_named_up_to_twenty() -> None:
    assert not [line for line in _lines(GOOD) if "MUST" in line]
    (named,) = [line for line in _lines(GOOD, BAD) if line.startswith("queue: lost 100, 101")]
    assert named.endswith("119 and 10 more")
    assert "Still waiting on the e-mail queue: 1 messages." in _lines(GOOD, waiting=1)
