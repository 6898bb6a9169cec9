"""A real WebSocket hears what becomes of uploads, and nobody hears of others'."""

import time

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from local.cloud import Cloud
from tests.support.e2e.erasing import forget_forms
from tests.support.e2e.listening import leave, listening, subscribers, ticket
from tests.support.e2e.system import Api, until
from tests.support.e2e.uploading import Caller, send


@pytest.fixture
def caller(api: Api) -> Caller:
    return Caller(api)


def test_a_subscriber_hears_what_becomes_of_an_upload(api: Api, caller: Caller) -> None:
    requested = caller.requests("notes.txt", 9, "text/plain")
    upload = requested["upload"]
    with listening(api) as listener:
        assert listener.asks(caller.user, upload["id"]) == {"upload": upload}
        assert send(requested["form"], b"some text")[0] == 204
        heard = [message["upload"] for message in listener.settled()]
        assert heard[-1]["state"] == "done"
        versions = [upload["version"], *(each["version"] for each in heard)]
        assert versions == sorted(set(versions))
        # Polling has the same words.
        polled = caller.asks(upload["id"])
        assert {**heard[-1], "outputs": polled["outputs"]} == polled


def test_it_is_told_at_once(api: Api, caller: Caller) -> None:
    """Within a second, or, where all is slower, within the time that the file itself takes."""
    requested = caller.requests("notes.txt", 9, "text/plain")
    with listening(api) as listener:
        listener.asks(caller.user, requested["upload"]["id"])
        sent = time.monotonic()
        send(requested["form"], b"some text")
        caller.settled(requested["upload"]["id"])
        polled = time.monotonic()
        listener.settled()
        assert time.monotonic() - polled < max(1, polled - sent)


def test_a_ticket_works_once(api: Api) -> None:
    url = ticket(api)
    with connect(url):
        pass
    for used in (url, url.partition("?")[0], f"{url.partition('?')[0]}?ticket=x"):
        with pytest.raises(InvalidStatus):
            connect(used)


def test_pages_of_other_origins_cannot_connect(api: Api) -> None:
    with pytest.raises(InvalidStatus):
        connect(ticket(api), origin="https://evil.example.com")


def test_what_is_not_there_is_not_found(api: Api, caller: Caller) -> None:
    upload = caller.requests("notes.txt", 9, "text/plain")["upload"]["id"]
    other = Caller(api)
    other.path()
    with listening(api) as listener:
        for user in ("nobody", "user_01KAQ2Z4T5V6W7X8Y9ZABCDEFG"):
            missing = {"error": "User not found", "upload_id": upload}
            assert listener.asks(user, upload) == missing
        for asked in (upload, "upload_01KAQ2Z4T5V6W7X8Y9ZABCDEFG", "x"):
            missing = {"error": "Upload not found", "upload_id": asked}
            assert listener.asks(other.user, asked) == missing
        listener.socket.send("{")
        assert listener.hears()["error"].startswith("Invalid message")


def test_one_who_is_gone_is_forgotten(api: Api, caller: Caller, cloud: Cloud) -> None:
    requested = caller.requests("notes.txt", 9, "text/plain")
    upload = requested["upload"]["id"]
    with listening(api) as listener, listening(api) as other:
        listener.asks(caller.user, upload)
        other.asks(caller.user, upload)
        assert len(subscribers(cloud, upload)) == 2
        leave(other, cloud, upload)
        send(requested["form"], b"some text")
        assert listener.settled()[-1]["upload"]["state"] == "done"
        until(lambda: len(subscribers(cloud, upload)) == 1)
    with pytest.raises(ConnectionClosed):
        other.hears()


@pytest.mark.needs("erasure")
def test_the_uploads_of_an_erased_user_are_told_and_forgotten(
    api: Api, caller: Caller, cloud: Cloud
) -> None:
    upload = caller.requests("notes.txt", 9, "text/plain")["upload"]["id"]
    forget_forms(cloud, caller.user)
    missing = {"error": "Upload not found", "upload_id": upload}
    with listening(api) as listener:
        listener.asks(caller.user, upload)
        assert api("DELETE", f"/users/{caller.user}").status == 202
        assert listener.hears(60) == missing
        until(lambda: not subscribers(cloud, upload))
        assert listener.asks(caller.user, upload) == missing | {"error": "User not found"}
