"""How edits are measured."""

import pytest

from checks.bench import edit

pytestmark = pytest.mark.long  # starts a local cloud


def test_what_an_edit_adds_is_beyond_the_usual_call():
    times = {"call": [0.02] * 100, "edit": [0.04] * 98 + [0.09, 9.0], "deploy": [0.4]}
    live, added, deployed = edit.rows(times)
    assert (live.value, added.value, deployed.value) == pytest.approx((40, 70, 400))
    assert added.reached
    assert deployed.times_ours == pytest.approx(10)


def test_edits_and_redeployments_are_answered_by_the_new_code():
    live, added, deployed = edit.measure(rounds=1)
    assert (live.rounds, added.rounds, deployed.rounds) == (5, 5, 1)
    assert 0 < live.value < deployed.value
