"""The grant that a refused call would need: every grant that the components offer is known."""

import ast
import asyncio
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest

from infra.access.mail_identity import MailIdentity
from infra.grants import Grant
from infra.storage.bucket import Bucket
from infra.storage.queue import Queue
from infra.storage.table import Table
from local.history.grants import GRANTS, allowing, parts
from local.history.program import Program, Stored, stored_by
from tests.support.stacks import ROOT

MAKERS: dict[str, type] = {
    "table": Table, "queue": Queue, "bucket": Bucket, "mail_sender": MailIdentity,
}  # fmt: skip

PROGRAM = Program(
    "history",
    {"p-users-1": "users", "p-emails-1": "emails", "p-storage-1": "storage"},
    [
        Stored("people", "users", "table"),
        Stored("emails", "emails", "queue"),
        Stored("storage", "storage", "bucket"),
        Stored("sender", "mail", "mail_sender"),
    ],
)


@pytest.fixture(autouse=True)
def event_loop() -> Iterator[None]:
    """Outputs need a loop, and tests of programs have closed theirs."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    loop.run_until_complete(asyncio.gather(*asyncio.all_tasks(loop), return_exceptions=True))
    asyncio.set_event_loop(None)
    loop.close()


def offered(maker: type) -> list[str]:
    """Return the methods of a component that return a grant."""
    return [
        name
        for name, method in inspect.getmembers(maker, inspect.isfunction)
        if not name.startswith("_") and inspect.signature(method).return_annotation is Grant
    ]


def actions_of(maker: type, method: str) -> set[str]:
    """Return a grant's actions, by calling the method on a component that was never made."""

    class Bare(maker):  # type: ignore[misc]
        def __init__(self) -> None:
            self._indexes = {"x"}

        def __getattr__(self, name: str) -> Any:
            return () if name.startswith("_") else pulumi.Output.from_input("x")

    needed = inspect.signature(getattr(maker, method)).parameters
    given = {
        name: {"index": "x", "prefix": "x/"}.get(name, "X") for name in needed if name != "self"
    }
    grant = getattr(Bare(), method)(**given)
    return set(grant.actions)


@pytest.mark.parametrize("maker", GRANTS)
def test_every_action_that_can_be_granted_has_a_grant(maker: str) -> None:
    methods = {name: actions_of(MAKERS[maker], name) for name in offered(MAKERS[maker])}
    assert methods
    assert set.union(*methods.values()) == set(GRANTS[maker])
    for action, written in GRANTS[maker].items():
        assert action in methods[written.partition("(")[0]], written


@pytest.mark.parametrize("maker", GRANTS)
def test_a_grant_is_written_as_the_method_takes_it(maker: str) -> None:
    for written in GRANTS[maker].values():
        call = ast.parse(f"x.{written.format(env='env=1', prefix='a/', index='i')}").body[0]
        assert isinstance(call, ast.Expr)
        assert isinstance(call.value, ast.Call)
        assert isinstance(call.value.func, ast.Attribute)
        signature = inspect.signature(getattr(MAKERS[maker], call.value.func.attr))
        named = [str(keyword.arg) for keyword in call.value.keywords]
        signature.bind(None, *call.value.args, **dict.fromkeys(named))


@pytest.mark.parametrize(
    ("action", "arn", "grant"),
    [
        ("dynamodb:UpdateItem", "arn:aws:dynamodb:r:0:table/p-users-1", 'people.update(env="…")'),
        (
            "dynamodb:Query",
            "arn:aws:dynamodb:r:0:table/p-users-1/index/by-day",
            'people.query("by-day", env="…")',
        ),
        ("dynamodb:Scan", "arn:aws:dynamodb:r:0:table/p-users-1", None),
        ("sqs:SendMessage", "arn:aws:sqs:r:0:p-emails-1", 'emails.send(env="…")'),
        ("sqs:SendMessage", "arn:aws:sqs:r:0:unknown", None),
        ("s3:PutObject", "arn:aws:s3:::p-storage-1/a/b/c", 'storage.write("a/", env="…")'),
        ("s3:PutObject", "arn:aws:s3:::p-storage-1/a", 'storage.write("a", env="…")'),
        ("s3:ListBucket", "arn:aws:s3:::p-storage-1", "storage.list_keys()"),
        (
            "ses:SendEmail",
            "arn:aws:ses:r:0:identity/example.com",
            'sender.send(env_sender="…")',
        ),
        ("kms:Decrypt", "arn:aws:kms:r:0:key/1", None),
    ],
)  # fmt: skip
def test_the_grant_of_a_refusal(action: str, arn: str, grant: str | None) -> None:
    assert allowing(action, arn, PROGRAM) == grant


def test_a_resource_has_its_name_in_the_program() -> None:
    assert parts("arn:aws:s3:::p-storage-1/a/b", PROGRAM) == ("storage", "a/b")
    assert parts("arn:aws:lambda:r:0:function:f", PROGRAM) == ("function:f", "")


def test_the_programs_variables_are_read(tmp_path: Path) -> None:
    found = {(s.variable, s.name, s.maker) for s in stored_by(ROOT)}
    assert {
        ("users", "users", "table"),
        ("storage", "storage", "bucket"),
        ("emails", "emails", "queue"),
        ("sender", "mail", "mail_sender"),
    } <= found
    source = (ROOT / "__main__.py").read_text()
    assert all(re.search(rf"^{variable} = ", source, re.MULTILINE) for variable, _, _ in found)
    (tmp_path / "__main__.py").write_text("import features.mail\n")
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "mail.py").write_text('box = stack.queue("inbox")\n')
    assert stored_by(tmp_path) == [Stored("box", "inbox", "queue")]
