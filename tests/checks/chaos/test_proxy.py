"""The proxy before a real emulator: what botocore's clients see of each fault."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from checks.chaos.calls import Call
from checks.chaos.fault_plan import Fault, Kind, Plan
from checks.chaos.proxy import Proxy
from local.aws import Aws
from local.credentials import Credentials
from local.emulator import Emulator, free_port
from tests.support.faults.plans import EndableDelays

BUCKET = "faults"
LARGE = b"x" * 70_000
CALLS: dict[str, tuple[Call, str, dict[str, Any]]] = {
    "dynamodb": (Call("dynamodb", "ListTables"), "list_tables", {}),
    "sqs": (Call("sqs", "CreateQueue"), "create_queue", {"QueueName": "q"}),
    "s3": (Call("s3", "PutObject"), "put_object", {"Bucket": BUCKET, "Key": "k", "Body": LARGE}),
    "sesv2": (
        Call("ses", "SendEmail"),
        "send_email",
        {
            "FromEmailAddress": "from@example.com",
            "Destination": {"ToAddresses": ["to@example.com"]},
            "Content": {
                "Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "b"}}}
            },
        },
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    directory: Path = tmp_path_factory.mktemp("emulator")
    running = Emulator(port=free_port(), directory=directory, region="us-east-1")
    try:
        running.start()
        running.wait_until_healthy()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="module")
def proxy(emulator: Emulator) -> Iterator[Proxy]:
    with Proxy(emulator.port) as running:
        yield running


@pytest.fixture(scope="module")
def aws(proxy: Proxy, emulator: Emulator) -> Iterator[Aws]:
    """Clients that make one attempt, by way of the proxy."""
    clients = Aws(f"http://127.0.0.1:{proxy.port}", "us-east-1", emulator.credentials)
    clients.client("s3").create_bucket(Bucket=BUCKET)
    clients.client("sesv2").create_email_identity(EmailIdentity="example.com")
    yield clients
    clients.close()


@pytest.fixture(params=CALLS)
def service(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def do(aws: Aws, service: str) -> Any:
    _, operation, arguments = CALLS[service]
    return getattr(aws.client(service), operation)(**arguments)


def plan(kind: Kind, seconds: float = 0.0) -> Plan:
    return Plan(seed=1, faults=[Fault(kind=kind, calls=(1,), seconds=seconds)])


def test_without_a_plan_calls_arrive_unchanged(aws: Aws, proxy: Proxy, service: str) -> None:
    """Whoever changed a signed header or the body would be refused."""
    with proxy.inject(Plan(seed=1)) as tally:
        do(aws, service)
    assert tally.calls == {CALLS[service][0]: 1}
    assert not tally.injected


def test_s3s_operations_are_told_apart(aws: Aws, proxy: Proxy) -> None:
    s3, at = aws.client("s3"), {"Bucket": BUCKET, "Key": "some/key"}
    with proxy.inject(Plan(seed=1)) as tally:
        s3.put_object(**at, Body=b"x")
        assert s3.get_object(**at)["Body"].read() == b"x"
        assert s3.head_object(**at)["ContentLength"] == 1
        s3.copy_object(**at | {"Key": "copy"}, CopySource=at)
        upload = s3.create_multipart_upload(**at)["UploadId"]
        part = {"UploadId": upload, "PartNumber": 1}
        s3.upload_part(**at, **part, Body=b"x")
        s3.upload_part_copy(**at, **part, CopySource=at)
        s3.abort_multipart_upload(**at, UploadId=upload)
        s3.delete_object(**at)
        s3.list_objects_v2(Bucket=BUCKET)
    assert tally.calls == {
        Call("s3", operation): 1
        for operation in (
            "PutObject", "GetObject", "HeadObject", "CopyObject", "CreateMultipartUpload",
            "UploadPart", "UploadPartCopy", "AbortMultipartUpload", "DeleteObject", "ListObjectsV2",
        )
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        (
            "throttle",
            {
                "dynamodb": (400, "ProvisionedThroughputExceededException"),
                "sqs": (400, "RequestThrottled"),
                "s3": (503, "SlowDown"),
                "sesv2": (429, "TooManyRequestsException"),
            },
        ),
        (
            "fail",
            {
                "dynamodb": (500, "InternalServerError"),
                "sqs": (500, "InternalFailure"),
                "s3": (500, "InternalError"),
                "sesv2": (500, "InternalServiceErrorException"),
            },
        ),
        (
            "refuse",
            {
                "dynamodb": (400, "ValidationException"),
                "sqs": (400, "InvalidMessageContents"),
                "s3": (403, "AccessDenied"),
                "sesv2": (400, "MessageRejected"),
            },
        ),
    ],
)
def test_a_refusal_is_the_services_own(
    aws: Aws, proxy: Proxy, service: str, kind: Kind, codes: dict[str, tuple[int, str]]
) -> None:
    with proxy.inject(plan(kind)) as tally:
        with pytest.raises(ClientError) as refused:
            do(aws, service)
        do(aws, service)
    response = refused.value.response
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    assert (status, response["Error"]["Code"]) == codes[service]
    assert tally.injected == {kind: 1}


@pytest.mark.parametrize(("kind", "stored"), [("drop", 0), ("lose_reply", 1)])
def test_a_closed_connection(aws: Aws, proxy: Proxy, kind: Kind, stored: int) -> None:
    """Both look the same to the caller, and only the emulator knows which it was."""
    s3, name = aws.client("s3"), kind.replace("_", "-")
    with proxy.inject(plan(kind)) as tally, pytest.raises(ConnectionClosedError):
        s3.put_object(Bucket=BUCKET, Key=name, Body=b"x")
    assert tally.injected == {kind: 1}
    assert s3.list_objects_v2(Bucket=BUCKET, Prefix=name)["KeyCount"] == stored


@pytest.mark.parametrize("kind", ["delay", "delay_reply"])
def test_a_delay(aws: Aws, proxy: Proxy, kind: Kind) -> None:
    began = time.monotonic()
    with proxy.inject(plan(kind, seconds=0.3)) as tally:
        do(aws, "dynamodb")
    assert time.monotonic() - began >= 0.3
    assert tally.injected == {kind: 1}


def test_delays_end_and_other_faults_go_on(aws: Aws, proxy: Proxy) -> None:
    faults = [
        Fault(kind="delay", service="s3", probability=1, seconds=60),
        Fault(kind="throttle", service="dynamodb", calls=(1,)),
    ]
    over = threading.Event()
    with proxy.inject(EndableDelays(seed=1, faults=faults, over=over)) as tally:
        over.set()
        do(aws, "s3")
        with pytest.raises(ClientError):
            do(aws, "dynamodb")
    assert tally.injected == {"throttle": 1}


def test_a_server_that_is_not_there_is_no_fault_of_the_plan() -> None:
    with Proxy(free_port()) as proxy:
        aws = Aws(f"http://127.0.0.1:{proxy.port}", "us-east-1", Credentials("none", "none"))
        with pytest.raises(ConnectionClosedError):
            do(aws, "dynamodb")
        aws.close()
        assert proxy.tally.broken == {Call("dynamodb", "ListTables"): 1}
        assert not proxy.tally.injected


def test_the_end_waits_for_no_delay(emulator: Emulator) -> None:
    with Proxy(emulator.port, plan=plan("delay", seconds=60)) as proxy:
        aws = Aws(f"http://127.0.0.1:{proxy.port}", "us-east-1", emulator.credentials)
        failed: list[Exception] = []

        def wait() -> None:
            try:
                do(aws, "dynamodb")
            except ConnectionClosedError as error:
                failed.append(error)

        caller = threading.Thread(target=wait)
        caller.start()
        while not proxy.tally.injected:
            time.sleep(0.01)
        ended = time.monotonic()
    caller.join()
    aws.close()
    assert time.monotonic() - ended < 10
    assert failed
