from typing import Any

import botocore.session
import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from botocore.stub import ANY, Stubber

from handlers.domain.email_message import InvalidMessage
from handlers.domain.ledger import Busy
from handlers.runtime import trace
from handlers.runtime.deadline import OutOfTime
from handlers.send_email.deliver import Uncertain
from handlers.send_email.mailer import Paused, Rejected, Throttled, Unreachable
from handlers.send_email.render import Rendered
from handlers.send_email.retry import Visibility, react
from handlers.send_email.ses import SesMailer
from tests.support.fakes import log, outcomes
from tests.support.formats import TRACE

__all__ = ["log"]
CONTENT = Rendered("Grüße", "text", "<p>html</p>")


def make(service: str) -> Any:
    return botocore.session.get_session().create_client(
        service, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )


@pytest.fixture(scope="module")
def ses() -> Any:
    return make("sesv2")


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def mailer(ses: Any, pauses: list[float]) -> SesMailer:
    return SesMailer(ses, sender="no-reply@x.co", configuration_set="set", sleep=pauses.append)


def test_request(ses: Any, mailer: SesMailer) -> None:
    with Stubber(ses) as stubber, trace.of({"messageId": TRACE}):
        stubber.add_response(
            "send_email",
            {"MessageId": "1"},
            {
                "FromEmailAddress": "no-reply@x.co",
                "Destination": {"ToAddresses": ["ada@x.co"]},
                "Content": {
                    "Simple": {
                        "Subject": {"Data": "Grüße", "Charset": "UTF-8"},
                        "Body": {
                            "Text": {"Data": "text", "Charset": "UTF-8"},
                            "Html": {"Data": "<p>html</p>", "Charset": "UTF-8"},
                        },
                    }
                },
                "ConfigurationSetName": "set",
                "EmailTags": [{"Name": "trace", "Value": TRACE}],
            },
        )
        mailer.send("ada@x.co", CONTENT)
        stubber.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("MessageRejected", 400, Rejected),
        ("BadRequestException", 400, Rejected),
        ("AccountSuspendedException", 400, Paused),
        ("SendingPausedException", 400, Paused),
        ("MailFromDomainNotVerifiedException", 400, Paused),
        ("LimitExceededException", 400, Paused),
        ("NotFoundException", 404, Paused),
        ("AccessDeniedException", 403, Paused),
        ("InternalFailure", 500, ClientError),
        ("ServiceUnavailable", 503, ClientError),
    ],
)
def test_errors(
    ses: Any, mailer: SesMailer, pauses: list[float], code: str, status: int, error: type[Exception]
) -> None:
    with Stubber(ses) as stubber:
        stubber.add_client_error("send_email", code, "ada@x.co", http_status_code=status)
        with pytest.raises(error) as caught:
            mailer.send("ada@x.co", CONTENT)
    if error is not ClientError:
        assert str(caught.value) == code
    assert pauses == []


UNVERIFIED = (
    "Email address is not verified. The following identities failed the check in region "
    "EU-CENTRAL-1: ada@x.co"
)


@pytest.mark.parametrize(
    ("code", "text", "error"),
    [
        ("MessageRejected", UNVERIFIED, Paused),
        ("BadRequestException", UNVERIFIED, Paused),
        ("ThrottlingException", "Daily message quota exceeded.", Paused),
        ("TooManyRequestsException", "Daily message quota exceeded", Paused),
        ("LimitExceededException", "Daily message quota exceeded.", Paused),
        ("LimitExceededException", "Maximum sending rate exceeded.", Throttled),
        ("ThrottlingException", "Maximum sending rate exceeded.", Throttled),
        ("MessageRejected", "Email contains a virus: daily.paused@x.co", Rejected),
        ("MessageRejected", "", Rejected),
    ],
)
def test_faults_of_the_account_do_not_reject_the_message(
    ses: Any, mailer: SesMailer, pauses: list[float], code: str, text: str, error: type[Exception]
) -> None:
    with Stubber(ses) as stubber:
        for _ in range(4):
            stubber.add_client_error("send_email", code, text)
        with pytest.raises(error) as caught:
            mailer.send("ada@x.co", CONTENT)
    assert str(caught.value) == code
    assert len(pauses) == (3 if error is Throttled else 0)


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (EndpointConnectionError(endpoint_url="x"), Unreachable),
        (ConnectTimeoutError(endpoint_url="x"), Unreachable),
        (ReadTimeoutError(endpoint_url="x"), ReadTimeoutError),
        (ConnectionClosedError(endpoint_url="x"), ConnectionClosedError),
    ],
)
def test_only_an_e_mail_that_never_reached_ses_was_certainly_not_sent(
    failure: Exception, error: type[Exception]
) -> None:
    class Client:
        def send_email(self, **_: Any) -> None:
            raise failure

    with pytest.raises(error):
        SesMailer(Client(), sender="s", configuration_set="c").send("ada@x.co", CONTENT)


def test_the_mailer_waits_while_ses_throttles(
    ses: Any, mailer: SesMailer, pauses: list[float]
) -> None:
    with Stubber(ses) as stubber:
        for _ in range(3):
            stubber.add_client_error("send_email", "TooManyRequestsException")
        stubber.add_response("send_email", {}, dict.fromkeys(PARAMETERS, ANY))
        mailer.send("ada@x.co", CONTENT)
    assert len(pauses) == 3
    with Stubber(ses) as stubber:
        for _ in range(4):
            stubber.add_client_error("send_email", "TooManyRequestsException")
        with pytest.raises(Throttled):
            mailer.send("ada@x.co", CONTENT)
        stubber.assert_no_pending_responses()


PARAMETERS = ("FromEmailAddress", "Destination", "Content", "ConfigurationSetName")


@pytest.mark.parametrize(
    ("error", "name", "first", "fifth"),
    [
        (InvalidMessage(), "invalid", 0, 0),
        (Rejected(), "rejected", 0, 0),
        (Throttled(), "throttled", 30, 7680),
        (OutOfTime(), "deferred", 30, 7680),
        (Busy(), "busy", 60, 15_360),
        (Paused(), "paused", 900, 32_400),
        (Unreachable(), "unreachable", 300, 32_400),
        (Uncertain(), "uncertain", 0, 0),
        (ReadTimeoutError(endpoint_url="x"), "failed", 300, 32_400),
        (KeyError(), "failed", 300, 32_400),
    ],
)
def test_waits_grow(error: Exception, name: str, first: int, fifth: int) -> None:
    for receives, wait in ((0, first), (1, first), (5, fifth), (10**9, 32_400 if first else 0)):
        outcome, _, seconds = react(error, receives=receives)
        assert outcome == name
        assert wait <= seconds <= wait * 1.25
        assert seconds <= 43_200  # 12 hours: the longest that SQS takes


def test_longest_wait_leaves_room_for_the_function() -> None:
    assert all(react(Paused(), receives=9)[2] < 43_200 - 900 for _ in range(2000))


def test_visibility_in_tens(log: pytest.LogCaptureFixture) -> None:
    sqs = make("sqs")
    with Stubber(sqs) as stubber:
        for size in (10, 2):
            stubber.add_response(
                "change_message_visibility_batch",
                {"Successful": [], "Failed": []},
                {
                    "QueueUrl": "url",
                    "Entries": [
                        {"Id": str(i), "ReceiptHandle": ANY, "VisibilityTimeout": 7}
                        for i in range(size)
                    ],
                },
            )
        Visibility(lambda: sqs, "url").change({f"r{number}": 7 for number in range(12)})
        Visibility(lambda: sqs, "url").change({})
        stubber.assert_no_pending_responses()
        stubber.add_client_error("change_message_visibility_batch", "AccessDenied")
        Visibility(lambda: sqs, "url").change({"r": 0})
    assert outcomes(log) == ["visibility_unchanged"]
