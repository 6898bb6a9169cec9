import json

import pytest

from handlers.create_ticket.handler import handler
from handlers.domain.live_store import LiveStore
from tests.support import samples
from tests.support.fakes import (
    NOW,
    FakeContext,
    FakeDynamoDB,
    client_error,
    log,
    logged_text,
    outcomes,
)

__all__ = ["log"]
URL = "wss://live.example.com/dev"


def ask(client: FakeDynamoDB, **claims: str) -> tuple[int, str]:
    event = samples.event("create_ticket")
    if claims:
        event["requestContext"]["authorizer"] = {"claims": claims}
    live = LiveStore(client, "live", now=lambda: NOW)
    answer = handler.invoke(event, FakeContext(), live, URL, "")
    return answer["statusCode"], answer["body"]


def test_a_ticket_is_for_its_caller_for_a_minute(log: pytest.LogCaptureFixture) -> None:
    client = FakeDynamoDB()
    status, body = ask(client, sub="person-1", client_id="web")
    assert status == 201
    answer = json.loads(body)
    url, _, ticket = answer["url"].partition("?ticket=")
    assert (url, answer["expires"]) == (URL, "2026-11-23T03:29:47Z")
    assert len(ticket) == 43
    stored = json.dumps(client.tables)
    assert ticket not in stored
    assert "person-1" not in stored
    assert outcomes(log) == ["issued"]
    assert ticket not in logged_text(log)
    [item] = client.tables["live"].values()
    assert item["own"] == item["caller"]
    assert item["expires"] == {"N": str(int(NOW) + 60)}


def test_tickets_of_services_and_of_nobody_own_nothing() -> None:
    client = FakeDynamoDB()
    ask(client, sub="service-1", client_id="service-1")
    ask(client)
    items = list(client.tables["live"].values())
    assert len({item["caller"]["S"] for item in items}) == 2
    assert not [item for item in items if "own" in item]


@pytest.mark.parametrize(
    ("code", "status"), [("ThrottlingException", 503), ("AccessDeniedException", 500)]
)
def test_dynamodb_fails(code: str, status: int) -> None:
    client = FakeDynamoDB()
    client.errors = [client_error(code)]
    assert ask(client)[0] == status
