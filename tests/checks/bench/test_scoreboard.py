"""Rows of the scoreboard: ratios of medians, a table, a picture."""

import json
from xml.etree import ElementTree

from checks.bench import chart
from checks.bench.scoreboard import Row, ratio, table

SPACE = "{http://www.w3.org/2000/svg}"
ABOUT = {"group": "INIT", "how": "from the spawn, over the empty handler's"}


def row(name: str, times: list[float], goal: float | None = None) -> Row:
    return ratio(times, [0.02, 0.01, 9.0], name=name, goal=goal, **ABOUT)


def test_a_ratio_is_that_of_the_medians() -> None:
    made = row("get-user", [0.1, 5.0, 0.05], goal=5)
    assert (made.value, made.seconds, made.floor_seconds, made.rounds) == (5, 0.1, 0.02, 3)
    assert made.reached is True
    assert row("get-user", [0.11] * 3, goal=5).reached is False
    assert row("others", [0.11] * 3).reached is None


def test_the_table_says_what_was_reached_and_how_it_was_measured() -> None:
    rows = [row("get-user", [0.1] * 3, 6), row("create-user", [0.2] * 3, 6), row("boto3", [1] * 3)]
    rows.append(Row(group="files", name="get-user", value=1234, unit="files", goal=350, how="how"))
    title, first, second, third, _, files, count = table(rows).splitlines()
    assert title == f"INIT: {ABOUT['how']}, medians of 3 rounds"
    assert " ".join(first.split()) == "get-user 5.00 x 100 ms at most 6 reached"
    assert " ".join(second.split()) == "create-user 10.00 x 200 ms at most 6 MISSED"
    assert " ".join(third.split()) == "boto3 50.00 x 1000 ms"
    assert files == "files: how"
    assert " ".join(count.split()) == "get-user 1,234 files at most 350 MISSED"


def test_a_time_is_held_to_its_goal_and_others_are_told_by_it() -> None:
    times = {"group": "own time", "unit": "µs", "how": "in turn", "rounds": 3}
    rows = [
        Row(name="get-user", value=40.4, seconds=40.4e-6, goal=50, **times),
        Row(name="boto3", value=1234, seconds=1.234e-3, goal=None, times_ours=30.55, **times),
    ]
    title, own, other = table(rows).splitlines()
    assert title == "own time: in turn, medians of 3 rounds"
    assert " ".join(own.split()) == "get-user 40 µs at most 50 reached"
    assert " ".join(other.split()) == "boto3 1,234 µs 30.6 x ours"
    drawn = [text.text for text in ElementTree.fromstring(chart.draw(rows)).iter(f"{SPACE}text")]
    assert [text for text in drawn if text and text.endswith("µs")] == [
        *("0 µs", "500 µs", "1000 µs"),
        *("40 µs", "1234 µs"),
    ]


def test_a_row_survives_json() -> None:
    made = json.loads(json.dumps(row("get-user", [0.1] * 3, 6).as_json()))
    assert made["value"] == 5
    assert made["reached"] is True


def test_the_picture_has_a_bar_for_each_ratio_and_a_line_for_each_goal() -> None:
    rows = [row("a<b", [0.1] * 3, 6), row("late", [0.2] * 3, 6), row("mine", [0.2] * 3)]
    rows.append(ratio([0.2], [0.02], name="boto3", goal=None, ours=False, **ABOUT))
    rows.append(ratio([0.02], [0.02], name="empty", goal=None, **ABOUT))
    rows.append(Row(group="files", name="x", value=1, unit="files", goal=2, how="counted"))
    drawn = ElementTree.fromstring(chart.draw(rows))
    bars = drawn.findall(f"{SPACE}rect")
    assert [bar.get("class") for bar in bars] == ["ours", "missed", "ours", "other", "floor"]
    widths = [float(bar.get("width", "")) for bar in bars]
    assert widths[1] == 2 * widths[0]
    goals = [line for line in drawn.findall(f"{SPACE}line") if line.get("class") == "goal"]
    assert len(goals) == 2
    assert "a<b" in [text.text for text in drawn.findall(f"{SPACE}text")]
