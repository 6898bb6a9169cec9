"""``app queue``, on a running cloud."""

import json
import uuid

import pytest

from cli import main
from local.deployed import Deployed
from local.queues import TYPE
from tests.support.local.running import as_if_up, resources


@pytest.fixture
def sqs(cloud):
    return cloud.client("sqs")


@pytest.fixture
def queue(sqs):
    """Make a queue whose messages nothing consumes."""
    return sqs.create_queue(QueueName=f"work-{uuid.uuid4().hex}")["QueueUrl"]


@pytest.fixture
def dead_letters(sqs):
    return sqs.create_queue(QueueName=f"dead-{uuid.uuid4().hex}")["QueueUrl"]


@pytest.fixture
def app(cloud, queue, dead_letters, tmp_path, capsys):
    """Run the command with these two queues."""

    def run(*arguments):
        code = main(["queue", *arguments], root=tmp_path)
        return code, *capsys.readouterr()

    letters = {"work-dead-letters": {"url": dead_letters, "kind": "queue", "target": queue}}
    urls = {"work": queue, "work-dead-letters": dead_letters}
    deployed = Deployed(outputs={"dead_letters": letters}, resources=resources(TYPE, urls))
    with as_if_up(tmp_path, cloud, deployed):
        yield run


def counts(app):
    code, out, _ = app("--json")
    assert code == 0
    return {row.pop("queue"): row for row in json.loads(out)}


def states(app, name="work"):
    code, out, _ = app(name, "--json")
    assert code == 0
    return {message["body"]: message["state"] for message in json.loads(out)}


@pytest.fixture
def three(sqs, queue):
    """Send one message of each state."""
    sqs.send_message(QueueUrl=queue, MessageBody="in flight")
    sqs.receive_message(QueueUrl=queue, VisibilityTimeout=600)
    sqs.send_message(QueueUrl=queue, MessageBody="delayed", DelaySeconds=600)
    sqs.send_message(QueueUrl=queue, MessageBody="waiting")


def test_queues_are_listed_with_counts(app, three, sqs, dead_letters):
    sqs.send_message(QueueUrl=dead_letters, MessageBody="dead")
    assert counts(app) == {
        "work": {"waiting": 1, "in_flight": 1, "delayed": 1, "dead_letters": 1},
        "work-dead-letters": {"waiting": 1, "in_flight": 0, "delayed": 0, "dead_letters": None},
    }
    assert app()[1].splitlines() == [
        "QUEUE              WAITING  IN FLIGHT  DELAYED  DEAD LETTERS",
        "work                     1          1        1             1",
        "work-dead-letters        1          0        0             -",
    ]


def test_messages_are_shown_and_stay_as_they_are(app, three, sqs, queue):
    expected = {"in flight": "in_flight", "delayed": "delayed", "waiting": "waiting"}
    assert [states(app) for _ in range(3)] == [expected] * 3
    code, out, _ = app("work")
    assert code == 0
    assert "received 1  in flight, visible again in 9 min\n" in out
    assert "received 0  delayed, visible in 9 min\n" in out
    assert "received 0  waiting\n" in out
    [message] = sqs.receive_message(QueueUrl=queue, AttributeNames=["All"])["Messages"]
    assert (message["Body"], message["Attributes"]["ApproximateReceiveCount"]) == ("waiting", "1")


def test_a_message_as_json(app, sqs, queue):
    sent = sqs.send_message(
        QueueUrl=queue,
        MessageBody='{"a": 1}',
        MessageAttributes={"id": {"DataType": "String", "StringValue": "7"}},
    )
    [message] = json.loads(app("work", "--json")[1])
    assert message.pop("sent") == message.pop("visible")
    assert message == {
        "id": sent["MessageId"],
        "state": "waiting",
        "receives": 0,
        "body": '{"a": 1}',
        "attributes": {"id": {"DataType": "String", "StringValue": "7"}},
    }
    assert app("work")[1].endswith('waiting\n  id: "7"\n  {\n    "a": 1\n  }\n')


def test_a_body_cannot_control_the_terminal(app, sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="\u009b31m")
    for arguments in (["work"], ["work", "--json"]):
        assert "\\u009b31m" in app(*arguments)[1]


def test_hidden_messages_are_visible_after_retry(app, three, sqs, queue):
    assert app("work", "--retry") == (
        0,
        "work: 2 of 3 messages were hidden, and are visible now.\n",
        "",
    )
    assert set(states(app).values()) == {"waiting"}
    found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert len({message["ReceiptHandle"] for message in found}) == 3


def test_a_function_still_deletes_what_was_retried(app, sqs, queue):
    """Its receipt stays valid: a retry must not lose what is being processed."""
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    [message] = sqs.receive_message(QueueUrl=queue)["Messages"]
    app("work", "--retry")
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    assert states(app) == {}


def test_more_messages_than_a_batch_holds(app, sqs, queue):
    for number in range(23):
        sqs.send_message(QueueUrl=queue, MessageBody=str(number), DelaySeconds=600)
    assert app("work", "--retry")[1].startswith("work: 23 of 23 messages")
    assert set(states(app).values()) == {"waiting"}


def test_dead_letters_go_back(app, sqs, dead_letters):
    sqs.send_message(QueueUrl=dead_letters, MessageBody="dead")
    code, out, _ = app("work-dead-letters", "--retry")
    assert code == 0
    assert "1 moved back" in out
    assert (states(app), states(app, "work-dead-letters")) == ({"dead": "waiting"}, {})


def test_an_empty_queue(app):
    assert app("work") == (0, "", "work is empty.\n")
    assert app("work", "--json") == (0, "[]\n", "")
    assert app("work", "--retry")[1] == "work: 0 of 0 messages were hidden, and are visible now.\n"


@pytest.mark.parametrize("more", [[], ["--json"], ["--retry"]])
def test_an_unknown_queue(app, more):
    code, out, error = app("wrk", *more)
    assert (code, out) == (2, "")
    assert error == (
        "error: There is no queue 'wrk'. Did you mean 'work'? Queues: work, work-dead-letters.\n"
    )


def test_wrong_usage(app):
    assert app("--retry")[0] == 2
    code, _, error = app("work", "--retry", "--json")
    assert code == 2
    assert "Invalid value for '--retry': leave --json out." in error


def test_a_program_without_queues(cloud, tmp_path, capsys):
    with as_if_up(tmp_path, cloud, Deployed()):
        assert main(["queue"], root=tmp_path) == 0
        assert capsys.readouterr() == ("", "The program has no queues.\n")
        assert main(["queue", "--json"], root=tmp_path) == 0
        assert capsys.readouterr().out == "[]\n"


def test_queues_have_the_names_of_the_program(cloud, tmp_path, capsys):
    with as_if_up(tmp_path, cloud):
        assert main(["queue", "--json"], root=tmp_path) == 0
    assert [row["queue"] for row in json.loads(capsys.readouterr().out)] == ["messages"]
