"""E-mails by SendGrid, whose API a stand-in in the emulator's process has."""

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from local import cloud as local_cloud
from local import sendgrid
from local.cloud import Cloud
from tests.support.e2e.by_sendgrid import EMAIL, mails, notify
from tests.support.e2e.system import Api, until

pytestmark = pytest.mark.long  # a cloud of its own


@pytest.fixture(scope="module")
def cloud(docker: bool) -> Iterator[Cloud]:
    with local_cloud.start(docker=docker, config_overrides={"email": EMAIL}) as running:
        yield running


@pytest.fixture
def key(cloud: Cloud) -> str:
    answer = cloud.client("secretsmanager").get_secret_value(
        SecretId=cloud.outputs["sendgrid_key_secret_arn"]
    )
    return str(answer["SecretString"])


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
