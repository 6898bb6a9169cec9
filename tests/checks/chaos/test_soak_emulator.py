"""What a soak does with a real emulator: messages that wait, e-mails, killed clients."""

import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from checks.chaos.calls import Call
from checks.chaos.proxy import Proxy
from checks.chaos.soak import evidence
from checks.chaos.soak.time_lapse import Delays
from local.aws import Aws
from local.cloud import Cloud
from local.deployed import Deployed
from local.deployer import Deployment
from local.emulator import Emulator, free_port
from local.project import load


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """An emulator with one queue."""
    directory: Path = tmp_path_factory.mktemp("emulator")
    emulator = Emulator(port=free_port(), directory=directory, region="us-east-1")
    emulator.start()
    aws = Aws(emulator.endpoint, "us-east-1", emulator.credentials)
    nothing = Deployment(Deployed(), [], frozenset())
    with Cloud(
        emulator,
        aws,
        load("local"),
        nothing,
        history=directory / "history",
        error_texts=False,
    ) as running:
        emulator.wait_until_healthy()
        running.outputs["sqs_queue_url"] = aws.client("sqs").create_queue(QueueName="q")["QueueUrl"]
        yield running


@pytest.fixture
def delays() -> Delays:
    return Delays()


@pytest.fixture
def function(cloud: Cloud, delays: Delays) -> Iterator[Any]:
    """A client as a function has it, by way of a proxy that the delays watch."""
    with Proxy(cloud.emulator.port, watch=delays.watch) as proxy:
        aws = Aws(f"http://127.0.0.1:{proxy.port}", "us-east-1", cloud.emulator.credentials)
        yield aws.client("sqs")
        aws.close()


def _receive(function: Any, cloud: Cloud, **how: Any) -> list[dict[str, Any]]:
    answer = function.receive_message(
        QueueUrl=cloud.outputs["sqs_queue_url"], MaxNumberOfMessages=10, **how
    )
    found: list[dict[str, Any]] = answer.get("Messages", [])
    return found


def test_messages_that_were_put_off_come_again(cloud: Cloud, delays: Delays, function: Any) -> None:
    url = cloud.outputs["sqs_queue_url"]
    for body in ("one", "two", "three"):
        function.send_message(QueueUrl=url, MessageBody=body)
    first, second, third = _receive(function, cloud, VisibilityTimeout=600)
    function.change_message_visibility_batch(
        QueueUrl=url,
        Entries=[
            {"Id": str(n), "ReceiptHandle": m["ReceiptHandle"], "VisibilityTimeout": 3600}
            for n, m in enumerate((first, second))
        ],
    )
    function.delete_message(QueueUrl=url, ReceiptHandle=second["ReceiptHandle"])
    assert _receive(function, cloud) == []
    delays.end(cloud)
    assert [m["Body"] for m in _receive(function, cloud)] == [first["Body"]]
    function.change_message_visibility(
        QueueUrl=url, ReceiptHandle=third["ReceiptHandle"], VisibilityTimeout=3600
    )
    delays.end(cloud)
    assert [m["Body"] for m in _receive(function, cloud)] == [third["Body"]]


def test_delays_that_are_over_are_forgotten(cloud: Cloud, delays: Delays) -> None:
    call = Call("sqs", "ChangeMessageVisibility")
    delays.watch(call, b'{"ReceiptHandle": "none", "VisibilityTimeout": 0}')
    time.sleep(0.01)
    delays.watch(call, b'{"ReceiptHandle": "none either", "VisibilityTimeout": 60}')
    assert len(delays) == 1
    delays.end(cloud)
    assert len(delays) == 0


@pytest.mark.parametrize("chunk", [1, 7, 1 << 20])
def test_e_mails_are_read_one_by_one(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    ses = cloud.client("sesv2")
    ses.create_email_identity(EmailIdentity=f"chunk{chunk}.example.com")
    texts = ["one", '{"MessageId": "no", [}', "päth ✓", "x" * 300]
    for text in texts:
        ses.send_email(
            FromEmailAddress=f"from@chunk{chunk}.example.com",
            Destination={"ToAddresses": ["to@example.com"]},
            Content={"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": text}}}},
        )
    monkeypatch.setattr(evidence, "CHUNK", chunk)
    found = evidence.mails(cloud.aws)
    sent = [m["BodyText"] for m in found if m["Source"] == f"from@chunk{chunk}.example.com"]
    assert sent == texts


def test_a_client_that_is_killed_leaves_no_trace(
    cloud: Cloud, capfd: pytest.CaptureFixture[str]
) -> None:
    with Proxy(cloud.emulator.port) as proxy:
        client = socket.create_connection(("127.0.0.1", proxy.port))
        client.sendall(b"GET / HTTP/1.1\r\n")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()  # with a reset, as the kernel does for a process that is killed
        time.sleep(0.2)
    assert capfd.readouterr().err == ""
