"""A snapshot contains no connection and no credentials, and restored copies differ.

The hooks are called as Lambda's runtime calls them, on botocore's own clients, connections and
credentials. ``test_cold_path.py`` restores every function.
"""

import gc
import os
import random
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from botocore.loaders import JSONFileLoader

from handlers.runtime import aws
from handlers.runtime.restore import after_restore, before_snapshot
from tests.support.bad_server import BadServer, Request, server
from tests.support.cold_path import FUNCTIONS, environment, started
from tests.support.fakes import small_heap

__all__ = ["server", "small_heap"]
pytestmark = pytest.mark.early
SMALL_HEAP = pytest.mark.usefixtures("small_heap")
USER = {"id": {"S": "user_01KAQ2Z4T5V6W7X8Y9ZABCDEFG"}}


class Account:
    """Issues credentials with another key each time, and records which one signs a call."""

    def __init__(self, lifetime: timedelta) -> None:
        self.lifetime = lifetime
        self.given = 0
        self.signed: list[str] = []

    def behave(self, request: Request) -> None:
        if request.target.startswith("GET /credentials"):
            self.given += 1
            request.answer(
                {
                    "AccessKeyId": f"KEY{self.given}",
                    "SecretAccessKey": "secret",
                    "Token": "token",
                    "Expiration": (datetime.now(UTC) + self.lifetime).isoformat(),
                }
            )
        else:
            found = re.search(r"Credential=(\w+)/", request.head["authorization"])
            assert found
            self.signed.append(found[1])
            request.answer({})


@pytest.fixture
def make() -> Iterator[Any]:
    """Return a handler's cached dependencies."""

    @cache
    def make() -> Any:
        return aws.client("dynamodb")

    aws.forget_credentials()  # what other tests' clients share
    yield make
    make.cache_clear()
    aws.forget_credentials()


@pytest.fixture
def account(server: BadServer, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Account]:
    """Credentials from an endpoint, as a function that starts from a snapshot gets them."""

    def account(**lifetime: float) -> Account:
        account = Account(timedelta(**lifetime))
        server.behave = account.behave
        return account

    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(variable)
    uri = f"http://127.0.0.1:{server.port}/credentials"
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    return account


def open_ones(server: BadServer) -> int:
    """Count the connections that the client has not closed."""
    return len({r.connection for r in server.requests if r.peer.fileno() != -1})


def none_is_open(server: BadServer) -> bool:
    deadline = time.monotonic() + 5
    while open_ones(server) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not open_ones(server)


def test_no_connection_is_in_the_snapshot(
    server: BadServer, account: Callable[..., Account], make: Any
) -> None:
    """Neither the connections of the clients, nor that to the credentials."""
    account(hours=1)
    make().get_item(TableName="users", Key=USER)
    assert open_ones(server) == 2
    gc.freeze()  # as at the end of INIT
    before_snapshot(make)
    assert none_is_open(server)


@SMALL_HEAP
@pytest.mark.parametrize("minutes", [60, -1], ids=["good for an hour yet", "expired since"])
def test_credentials_are_fetched_anew(
    minutes: int, server: BadServer, account: Callable[..., Account], make: Any
) -> None:
    """This happens before the invocation, which does not wait for it."""
    given = account(minutes=minutes)
    make()
    assert given.given == 1
    before_snapshot(make)
    given.lifetime = timedelta(hours=6)  # of those that the restored function gets
    after_restore(make)
    assert given.given == 2
    make().get_item(TableName="users", Key=USER)
    assert (given.given, given.signed) == (2, ["KEY2"])


@SMALL_HEAP
@pytest.mark.needs("get_upload")
def test_settings_and_what_signs_links_are_made_anew(
    account: Callable[..., Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    from handlers.get_upload.handler import Settings, handler

    for variable, value in environment(Settings).items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("BUCKET_URL", "https://one.example.com")
    given = account(minutes=20)
    aws.forget_credentials()

    def link() -> str:
        _users, _uploads, presigner, _origins = handler.dependencies()
        return str(presigner.link("key", filename="a.txt", now=0).url)

    try:
        assert "Credential=KEY1%2F" in link()
        before_snapshot(handler.dependencies)
        monkeypatch.setenv("BUCKET_URL", "https://other.example.com")
        given.lifetime = timedelta(hours=6)
        after_restore(handler.dependencies)
        assert "Credential=KEY2%2F" in link()
        assert link().startswith("https://other.example.com/key?")
    finally:
        handler.dependencies.cache_clear()
        aws.forget_credentials()


@SMALL_HEAP
def test_a_connection_is_made_anew(
    server: BadServer, account: Callable[..., Account], make: Any
) -> None:
    """The old connection is not reused, so the first call needs no second attempt."""
    account(hours=1)
    make().get_item(TableName="users", Key=USER)
    before = {request.connection for request in server.requests}
    before_snapshot(make)
    after_restore(make)
    answer = make().get_item(TableName="users", Key=USER)
    assert answer["ResponseMetadata"]["RetryAttempts"] == 0
    after = {request.connection for request in server.requests[2:]}
    assert len(after) == 2
    assert not before & after


@SMALL_HEAP
def test_descriptions_of_services_are_in_the_snapshot(
    server: BadServer, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading them takes most of the time of making a client."""
    make()
    before_snapshot(make)

    def load_file(*_: Any) -> None:
        raise AssertionError("read from a file")

    monkeypatch.setattr(JSONFileLoader, "load_file", load_file)
    after_restore(make)
    make().get_item(TableName="users", Key=USER)
    assert [request.target for request in server.requests] == ["DynamoDB_20120810.GetItem"]


def test_two_restored_copies_draw_different_numbers(make: Any, server: BadServer) -> None:
    snapshot = random.getstate()
    drawn = [random.random()]
    for _ in range(2):
        random.setstate(snapshot)
        after_restore(make)
        drawn.append(random.random())
    assert len(set(drawn)) == 3


# A process of its own, as the runtime starts it


@pytest.mark.parametrize("start", ["on-demand", "provisioned-concurrency"])
def test_no_other_start_needs_or_reads_the_hooks(start: str) -> None:
    """Some base images have no such module."""
    program = (
        "import importlib, json, sys; sys.modules['snapshot_restore_py'] = None; "
        "importlib.import_module(sys.argv[1]); "
        "print(json.dumps('handlers.runtime.restore' in sys.modules))"
    )
    assert started(FUNCTIONS[0], program, start) is False


def test_a_snapshot_without_hooks_is_refused() -> None:
    """The new version then fails while it is published, and the previous one stays."""
    program = (
        "import importlib, sys; sys.modules['snapshot_restore_py'] = None; "
        "importlib.import_module(sys.argv[1])"
    )
    with pytest.raises(subprocess.CalledProcessError) as failed:
        started(FUNCTIONS[0], program, "snap-start")
    assert b"ModuleNotFoundError" in failed.value.stderr
