"""How the evaluation of growing programs is measured, by programs of few systems."""

import pytest

from checks.bench import BenchError, program
from tests.support.stacks import PROJECT

pytestmark = pytest.mark.long  # evaluates whole programs

FEW, SOME, MANY = program.SYSTEMS


def test_time_for_each_function_is_compared_with_the_smallest_programs():
    floor, some, many = program.rows({FEW: [0.1, 0.3, 0.1], SOME: [0.15] * 3, MANY: [0.16] * 3})
    assert [row.name for row in (floor, some, many)] == [
        "7 functions",
        "49 functions",
        "203 functions",
    ]
    assert (floor.value, floor.goal) == (1, None)
    assert (some.value, some.reached) == (pytest.approx(1.5), True)
    assert (many.value, many.reached) == (pytest.approx(1.6), False)


def test_a_project_has_so_many_of_each_function_and_is_configured_for_them(tmp_path):
    program.make(tmp_path, 2)
    made = {path.parent.name for path in tmp_path.glob("handlers/*/handler.py")}
    assert made == {f"{kind}_{number}" for kind in program.KINDS for number in range(2)}
    assert len(made) == program.functions(2) == 14
    reserved = program.settings(2)["config"][f"{PROJECT}:functions"]
    assert {name.replace("-", "_") for name in reserved} == made


def test_a_program_is_evaluated_again_and_again():
    with program.program(1) as one:
        first, second = program.evaluate(one), program.evaluate(one)
    assert first.resources == second.resources > 20 * program.functions(1)
    assert second.seconds > 0


@pytest.mark.long
def test_programs_grow_by_as_many_resources_with_each_system():
    with program.program(1) as one, program.program(2) as two, program.program(3) as three:
        counts = [program.evaluate(each).resources for each in (one, two, three)]
    assert counts[1] - counts[0] == counts[2] - counts[1] > 20 * program.functions(1)


def test_a_program_that_fails_is_no_fast_one(monkeypatch):
    monkeypatch.setattr(program, "settings", lambda systems: {"config": {}})
    with program.program(1) as broken, pytest.raises(BenchError):
        program.evaluate(broken)
