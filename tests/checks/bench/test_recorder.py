"""How the recorder's cost is measured."""

import pytest

from checks.bench.recorder import OFF, ON, Block, measure, rows

pytestmark = pytest.mark.long  # starts a local cloud


def test_what_the_recorder_adds_is_compared_with_a_request():
    with_it = [Block(0.0101, 0.0035, 0.0002), Block(0.02, 0.0033, 0.0002), Block(0.01, 0.003, 0.0)]
    without = [Block(0.01, 0.003, 0.0)] * 3
    share, added, later, p50 = rows({ON: with_it, OFF: without})
    assert share.value == pytest.approx(1.01)
    assert share.reached
    assert (added.value, later.value) == pytest.approx((300, 200))
    assert p50.value == pytest.approx(1.01)


def test_the_recorder_is_on_and_off_in_turn():
    share, added, later, p50 = measure(rounds=3)
    assert later.value > 0
    assert {row.rounds for row in (share, added, later, p50)} == {3}
