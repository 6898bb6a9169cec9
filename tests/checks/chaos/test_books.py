"""The books of a run."""

import pytest

from checks.chaos.reconciliation import Balance, Ledger


@pytest.mark.parametrize(
    ("effects", "kept", "refused", "category"),
    [
        (["a"], [], False, "once"),
        ([], [("a", "payload")], False, "kept"),
        ([], [], True, "refused"),
        (["a", "a"], [], False, "doubled"),
        ([], [("a", "another")], False, "altered"),
        (["a"], [("a", "payload")], False, "several"),
        (["a"], [], True, "several"),
        ([], [("a", "payload")], True, "several"),
        ([], [], False, "lost"),
    ],
)
def test_an_input_is_in_one_category(
    effects: list[str], kept: list[tuple[str, object]], refused: bool, category: str
) -> None:
    ledger = Ledger()
    ledger.send("a", "payload")
    if refused:
        ledger.refuse("a")
    balance = ledger.balance(effects=effects, kept=kept)
    assert balance == Balance(**{category: {"a"}})
    expected = {} if category in ("once", "kept", "refused") else {category: {"a"}}
    assert balance.violations == expected


def test_what_nobody_sent_is_a_violation() -> None:
    ledger = Ledger()
    ledger.refuse("c")
    balance = ledger.balance(effects=["a"], kept=[("b", None)])
    assert balance.violations == {"unknown": {"a", "b", "c"}}


def test_a_name_is_used_once() -> None:
    ledger = Ledger()
    ledger.send("a")
    with pytest.raises(ValueError, match="a was sent before"):
        ledger.send("a")


def test_the_books_are_written_as_figures() -> None:
    ledger = Ledger()
    for number in range(1_200):
        ledger.send(str(number))
    balance = ledger.balance(effects=map(str, range(1_199)))
    assert str(balance).startswith("once 1,199, kept 0, refused 0")
    assert "lost 1" in str(balance)
