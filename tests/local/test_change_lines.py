"""What `app up` prints of an edit that was applied."""

from local.apply import change_lines
from local.changes import Action, Change

FUNCTION = "aws:lambda/function:Function"


def functions(number):
    return [Change(Action.CHANGE, FUNCTION, f"function-{n:02}") for n in range(number)]


def test_a_few_changes_are_one_line_each():
    changes = [
        Change(Action.CHANGE, FUNCTION, "greet"),
        Change(Action.MAKE, "aws:sqs/queue:Queue", "jobs"),
    ]
    assert change_lines(changes, 1.26) == [
        "Applied to the running cloud in 1.3 s:",
        "  made     Queue jobs",
        "  changed  Function greet",
    ]


def test_many_changes_are_grouped_by_kind_within_80_columns():
    made = Change(Action.MAKE, "aws:sqs/queue:Queue", "jobs")
    lines = change_lines([*functions(21), made], 2)[1:]
    assert lines == [
        "  made     Queue jobs",
        "  changed  Function (21): function-00, function-01, function-02 and 18 more",
    ]
    long = [Change(Action.MAKE, FUNCTION, f"{'x' * 90}{n}") for n in range(20)]
    assert change_lines(long, 2)[1] == f"  made     Function (20): {'x' * 90}0 and 19 more"
    short = [Change(Action.MAKE, FUNCTION, f"f{n}") for n in range(4)]
    (line,) = change_lines([*short, *functions(12)], 2)[1:2]
    assert line == "  made     Function (4): f0, f1, f2, f3"


def test_losses_are_first_and_each_is_a_line():
    lost = [
        Change(Action.REMOVE, "aws:sqs/queue:Queue", f"q{n}", "its messages") for n in range(20)
    ]
    removed = [Change(Action.REMOVE, FUNCTION, f"f{n}") for n in range(2)]
    lines = change_lines([*functions(3), *removed, *lost], 2)[1:]
    assert lines[:20] == [f"  removed  Queue q{n}, with its messages" for n in range(20)]
    assert lines[20:] == [
        "  removed  Function (2): f0, f1",
        "  changed  Function (3): function-00, function-01, function-02",
    ]
