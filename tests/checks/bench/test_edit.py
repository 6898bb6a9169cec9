"""How edits are measured. Their times are judged by the bench alone, against its goals."""

import pytest

from checks.bench import BenchError, edit, edit_program

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
    assert min(live.value, deployed.value) > 0


def test_an_edit_of_the_program_is_compared_with_a_whole_start(tmp_path):
    ours, whole = edit_program.rows({"edit of a setting": [1.0, 2.0, 9.0], "app up": [4.0]})
    assert (ours.value, ours.reached, whole.value) == (2_000, True, 4_000)
    assert whole.times_ours == pytest.approx(2)
    program = tmp_path / "__main__.py"
    program.write_text("f(memory_mb=512)\ng(memory_mb=256)\n")
    edit_program.edit(program)
    assert program.read_text() == "f(memory_mb=513)\ng(memory_mb=256)\n"
    program.write_text("")
    with pytest.raises(BenchError, match="has no memory_mb"):
        edit_program.edit(program)


def test_an_edit_of_the_program_is_applied_and_timed():
    ours, whole = edit_program.measure(rounds=1, warm_up=False)
    assert (ours.rounds, whole.rounds) == (3, 1)
    assert min(ours.value, whole.value) > 0
