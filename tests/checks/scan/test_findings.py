"""Findings and their waivers."""

from dataclasses import replace

from checks.scan.findings import Finding, Waiver, judge


def finding(check: str = "C1", resource: str = "aws_x.one", stack: str = "dev") -> Finding:
    return Finding(check=check, resource=resource, stack=stack, message="is wrong")


WAIVER = Waiver(check="C1", resources="aws_x.*", stacks=("dev",), reason="because")


def test_a_waiver_covers_its_check_resources_and_stacks() -> None:
    other = [finding("C2"), finding(resource="aws_y.one"), finding(stack="prod")]
    judged = judge([finding(), finding(resource="aws_x.two"), *other], [WAIVER], "dev")
    assert judged.standing == other
    assert judged.waived == 2
    assert judged.problems[0] == "dev: aws_x.one: C2: is wrong"


def test_a_waiver_may_cover_one_message_only() -> None:
    narrow = replace(WAIVER, message="*is wrong*")
    assert judge([finding()], [narrow], "dev").standing == []
    assert judge([finding()], [replace(WAIVER, message="*is odd*")], "dev").standing == [finding()]


def test_a_waiver_of_nothing_is_a_problem_where_it_holds() -> None:
    (problem,) = judge([], [WAIVER], "dev").problems
    assert problem == "dev: the waiver of C1 on aws_x.* covers no finding; remove it"
    assert judge([], [WAIVER], "prod").problems == []
