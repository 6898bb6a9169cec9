"""Schedules: by hand (`app run`), and when the emulator runs them."""

import json
import re
import time
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from cli import main
from local.schedule_event import fill, is_over
from local.schedules import TYPE
from tests.support.local.running import as_if_up, resources

ROLE = "arn:aws:iam::000000000000:role/scheduler"
INPUT = '{"time": "<aws.scheduler.scheduled-time>", "schedule": "<aws.scheduler.schedule-arn>"}'
TIME = r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ"


@pytest.fixture
def schedule(cloud):
    """Make a schedule; return its id."""

    def make(target, text=INPUT, expression="rate(1 day)"):
        name = f"s-{uuid.uuid4().hex}"
        cloud.client("scheduler").create_schedule(
            Name=name,
            ScheduleExpression=expression,
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": target, "RoleArn": ROLE, "Input": text},
        )
        return f"default/{name}"

    return make


@pytest.fixture
def greet(cloud):
    """Return the ARN that triggers of the function use."""
    ref = cloud.functions["greet"]
    client = cloud.client("lambda")
    return client.get_alias(FunctionName=ref.name, Name=ref.qualifier)["AliasArn"]


@pytest.fixture
def app(cloud, tmp_path, capsys):
    """Run the command in a program with these schedules: ids by name."""

    def run(name, by_hand=(), **ids):
        outputs = {**cloud.deployed.outputs, "by_hand": dict.fromkeys(by_hand, "arn")}
        update = {"resources": resources(TYPE, ids), "outputs": outputs}
        deployed = cloud.deployed.model_copy(update=update)
        with as_if_up(tmp_path, cloud, deployed):
            code = main(["run", name], root=tmp_path)
        return code, *capsys.readouterr()

    return run


@pytest.mark.parametrize("name", ["hourly", "greet"])
def test_a_schedule_runs_now_with_its_event(app, schedule, greet, name):
    id_ = schedule(greet)
    code, out, error = app(name, hourly=id_)
    assert code == 0
    assert json.loads(out)["text"]
    event, *log = error.splitlines()
    sent = json.loads(event.removeprefix("greet: "))
    assert re.fullmatch(TIME, sent["time"])
    assert sent["schedule"].endswith(f":schedule/{id_}")
    assert any("INFO    greeted count=1" in line for line in log)
    assert any("printed" in line for line in log)


def test_a_function_without_a_schedule_runs_until_nothing_is_left(app, monkeypatch):
    events = []
    answers = iter([{"days": 2, "next": {"from": "2026-11-22"}}, {"days": 1}])

    def call(aws, ref, event):
        events.append(json.loads(event))
        return Answer(next(answers))

    monkeypatch.setattr("local.schedules.invocation.call", call)
    code, out, _ = app("greet", by_hand=["greet"])
    assert (code, events) == (0, [{}, {"from": "2026-11-22"}])
    assert '"days": 1' in out


def test_a_function_by_hand_runs_once_if_its_answer_has_no_more(app):
    code, out, error = app("greet", by_hand=["greet"])
    assert code == 0
    assert json.loads(out)["text"]
    assert error.startswith("greet: {}\n")


class Answer:
    """What a function answered."""

    log = ""

    def __init__(self, answer):
        self._answer = answer

    def result(self):
        return self._answer


def test_a_function_that_fails(app, schedule, greet):
    code, out, error = app("hourly", hourly=schedule(greet, '{"fail": true}'))
    assert (code, out) == (1, "")
    assert error.splitlines()[0] == 'greet: {"fail": true}'
    assert error.endswith("\nerror: greet failed: ValueError: asked to fail\n")
    assert error.count("handlers/greet/handler.py") == 1


@pytest.mark.parametrize(("fail", "last"), [("false", "greeted"), ("true", "asked to fail")])
def test_a_long_log_is_shown_whole(app, schedule, greet, fail, last):
    _, _, error = app("hourly", hourly=schedule(greet, f'{{"lines": 200, "fail": {fail}}}'))
    shown = [line for line in error.splitlines() if "of a log that is too long" in line]
    assert [line.split("line ")[1].split()[0] for line in shown] == [str(n) for n in range(200)]
    assert last in error.partition("line 199 of")[2]


def test_wrong_names(app, schedule, greet):
    ids = {"hourly": schedule(greet), "daily": schedule(greet)}
    assert app("hurly", by_hand=["other"], **ids) == (
        2,
        "",
        "error: There is no schedule or function 'hurly'. Did you mean 'hourly'? "
        "Schedules and functions: daily, greet, hourly, other.\n",
    )
    assert app("hourly")[2] == (
        "error: There is no schedule or function 'hourly'. Schedules and functions: none.\n"
    )
    assert app("greet", **ids)[2] == (
        "error: Several schedules invoke greet. Name one: daily, hourly.\n"
    )
    assert app("greet")[2] == (
        "error: No schedule invokes greet. Invoke it with an event of yours: "
        "app invoke greet EVENT.json\n"
    )


def test_a_schedule_of_something_else(app, schedule):
    queue = "arn:aws:sqs:eu-west-1:000000000000:q"
    code, _, error = app("hourly", hourly=schedule(queue))
    assert code == 2
    assert f"The schedule hourly invokes {queue}, and app run runs functions." in error


def test_the_emulator_fills_in_the_event(cloud, schedule):
    """It looks for due schedules every ten seconds."""
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName=f"q-{uuid.uuid4().hex}")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    moment = (datetime.now(UTC) - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%S")
    id_ = schedule(attributes["Attributes"]["QueueArn"], expression=f"at({moment})")
    deadline = time.monotonic() + 60
    while not (found := sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5).get("Messages")):
        assert time.monotonic() < deadline
    event = json.loads(found[0]["Body"])
    assert re.fullmatch(TIME, event["time"])
    assert event["schedule"].endswith(f":schedule/{id_}")


def test_other_texts_stay_as_they_are():
    text = '{"a": "<aws.scheduler.unknown>", "b": "<other>", "n": "<aws.scheduler.attempt-number>"}'
    filled = fill(text, arn="arn")
    assert filled == text.replace("<aws.scheduler.attempt-number>", "1")


@pytest.mark.parametrize(
    ("expression", "zone", "over"),
    [
        ("rate(1 hour)", "UTC", False),
        ("cron(15 0 * * ? *)", "Europe/Berlin", False),
        ("at(2026-01-01T03:00:00)", "UTC", True),
        ("at(2999-01-01T03:00:00)", "Europe/Berlin", False),
    ],
)
def test_a_schedule_of_one_time_is_over_after_it(expression: str, zone: str, over: bool) -> None:
    assert is_over(expression, zone) is over


def test_the_time_of_a_schedule_is_of_its_zone() -> None:
    now = f"at({datetime.now(UTC).strftime('%Y-%m-%dT%H:%M:%S')})"
    assert is_over(now, "Pacific/Kiritimati")  # fourteen hours ahead: it was then that time
    assert not is_over(now, "Pacific/Honolulu")
