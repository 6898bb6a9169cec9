"""E-mails by SendGrid, whose API a stand-in in the emulator's process has; faults on the way."""

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from checks.chaos.fault_plan import Fault, Kind, Plan
from checks.chaos.proxy import Proxy, host_of_functions
from local import cloud as local_cloud
from local import sendgrid
from local.cloud import Cloud
from local.emulator import free_port
from local.mail import sent
from tests.support.e2e.system import Api, address, log_records, until

pytestmark = pytest.mark.long  # a cloud of its own

EMAIL = {"sender": "no-reply@example.com", "batchWindowSeconds": 0, "provider": "sendgrid"}


@pytest.fixture(scope="module")
def proxy_port(docker: bool) -> Iterator[tuple[Proxy, int]]:
    port = free_port()
    with Proxy(port, host=host_of_functions(docker=docker)) as proxy:
        yield proxy, port


@pytest.fixture(scope="module")
def proxy(proxy_port: tuple[Proxy, int]) -> Proxy:
    return proxy_port[0]


@pytest.fixture(scope="module")
def cloud(docker: bool, proxy_port: tuple[Proxy, int]) -> Iterator[Cloud]:
    proxy, port = proxy_port
    with local_cloud.start(
        port=port, functions_port=proxy.port, docker=docker, config_overrides={"email": EMAIL}
    ) as running:
        yield running


@pytest.fixture
def key(cloud: Cloud) -> str:
    answer = cloud.client("secretsmanager").get_secret_value(
        SecretId=cloud.outputs["sendgrid_key_secret_arn"]
    )
    return str(answer["SecretString"])


def mails(cloud: Cloud, to: str) -> list[dict[str, Any]]:
    return [mail for mail in sent(cloud.aws) if mail["To"] == [to]]


def notify(cloud: Cloud) -> str:
    """Queue an e-mail; return its address."""
    to = address()
    body = {"to": to, "subject": "News", "body": "One <b>line</b>", "type": "notification"}
    cloud.client("sqs").send_message(
        QueueUrl=cloud.outputs["sqs_queue_url"], MessageBody=json.dumps(body)
    )
    return to


def test_a_new_user_is_welcomed(cloud: Cloud) -> None:
    user = Api(cloud.outputs["api_gateway_url"]).new_user()
    [mail] = until(lambda: mails(cloud, user["email"]))
    assert mail["Type"] == "SendGrid"
    assert (mail["Source"], mail["Subject"]) == (EMAIL["sender"], "Welcome to our platform!")
    assert "welcome" in mail["BodyText"]
    assert "<html" in mail["BodyHtml"]


def test_nothing_of_ses_exists(cloud: Cloud) -> None:
    ses = cloud.client("sesv2")
    assert ses.list_email_identities()["EmailIdentities"] == []
    assert ses.list_configuration_sets()["ConfigurationSets"] == []


def test_a_rotated_key_is_used_at_once(cloud: Cloud, key: str) -> None:
    cloud.client("secretsmanager").put_secret_value(
        SecretId=cloud.outputs["sendgrid_key_secret_arn"], SecretString=f"{key}-2"
    )
    to = notify(cloud)
    assert until(lambda: mails(cloud, to))


@pytest.mark.parametrize(
    ("kind", "outcome", "sends"),
    [
        ("fail", "unreachable", 0),
        ("refuse", "rejected", 0),
        ("drop", "failed", 0),
        ("lose_reply", "failed", 1),
        ("throttle", "throttled", 0),  # the last, for the next e-mail would wait, too
    ],
)
def test_what_the_provider_answers_decides_what_follows(
    cloud: Cloud, proxy: Proxy, kind: Kind, outcome: str, sends: int
) -> None:
    """After ``failed`` the lease holds; the others are released, and count as no attempt."""
    before = outcomes(cloud).count(outcome)
    fault = Fault(kind=kind, service="sendgrid", calls=[1])
    with proxy.inject(Plan(seed=1, faults=[fault])):
        to = notify(cloud)
        until(lambda: outcomes(cloud).count(outcome) > before)
    if kind != "refuse":  # which comes again at once, and is then accepted
        assert len(mails(cloud, to)) == sends


def outcomes(cloud: Cloud) -> list[str]:
    group = cloud.outputs["log_groups"]["functions"]["send-email"]
    records = log_records(cloud.client("logs"), group)
    return [record["outcome"] for record in records if "outcome" in record]


def post(cloud: Cloud, body: Any, **headers: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(urlsplit(cloud.endpoint).netloc, timeout=10)
    sent = {"Content-Type": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    connection.request("POST", sendgrid.SEND, json.dumps(body), sent)
    response = connection.getresponse()
    text = response.read()
    connection.close()
    return response.status, json.loads(text) if text else None


MAIL: dict[str, Any] = {
    "personalizations": [{"to": [{"email": "ada@example.com"}]}],
    "from": {"email": "me@example.com"},
    "subject": "S",
    "content": [{"type": "text/plain", "value": "T"}, {"type": "text/html", "value": "H"}],
}


@pytest.mark.parametrize("authorization", ["", "Bearer ", "Bearer SG.wrong", "Basic eDp5"])
def test_only_the_right_key_sends(cloud: Cloud, authorization: str) -> None:
    status, answer = post(cloud, MAIL, Authorization=authorization)
    assert status == 401
    assert set(answer["errors"][0]) == {"message", "field", "help"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"personalizations": []}, "personalizations"),
        ({"personalizations": [{}]}, "personalizations.0.to"),
        ({"personalizations": [{"to": [{"email": "x"}]}]}, "personalizations.0.to.0.email"),
        ({"from": {}}, "from.email"),
        ({"subject": ""}, "subject"),
        ({"content": []}, "content"),
        ({"content": [{"type": "text/plain", "value": ""}]}, "content.0"),
        ({"content": MAIL["content"][::-1]}, "content"),
        ({"custom_args": {"a": 1}}, "custom_args"),
    ],
)
def test_what_the_api_refuses_is_refused(
    cloud: Cloud, key: str, change: dict[str, Any], field: str
) -> None:
    status, answer = post(cloud, {**MAIL, **change}, Authorization=f"Bearer {key}")
    assert (status, answer["errors"][0]["field"]) == (400, field)
