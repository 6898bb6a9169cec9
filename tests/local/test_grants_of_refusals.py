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
from local.history.program import Program
from local.history.source import Source, Stored, source_of
from tests.support.stacks import ROOT

MAKERS: dict[str, type] = {
    "table": Table, "queue": Queue, "bucket": Bucket, "mail_sender": MailIdentity,
}  # fmt: skip

PROGRAM = Program(
    "history",
    {
        "p-users-1": "users",
        "p-emails-1": "emails",
        "p-storage-1": "storage",
        "p-files-1": "files",
    },
    Source(
        [
            Stored("people", "users", "table"),
            Stored("emails", "emails", "queue"),
            Stored("storage", "storage", "bucket"),
            Stored("sender", "mail", "mail_sender"),
            Stored("uploads.table", "files", "table", "features/uploads.py", "self.table"),
        ],
        {"get-user": "__main__.py", "get-file": "features/uploads.py"},
    ),
    {
        "get-user": {"USERS_TABLE": "p-users-1"},
        "send": {"EMAIL_QUEUE_URL": "http://127.0.0.1:1/000/p-emails-1"},
        "report": {"BUCKET": "p-storage-1"},
        "get-file": {"USERS_TABLE": "p-users-1"},
    },
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
        name: {"index": "x", "prefix": "x/", "prefixes": ["x/"]}.get(name, "XY")
        for name in needed
        if name != "self"
    }
    several = given.pop("prefixes", ())
    grant = getattr(Bare(), method)(*several, **given)
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
        (
            "dynamodb:UpdateItem",
            "arn:aws:dynamodb:r:0:table/p-users-1",
            'people.update(env="USERS_TABLE")',
        ),
        (
            "dynamodb:Query",
            "arn:aws:dynamodb:r:0:table/p-users-1/index/by-day",
            'people.query("by-day", env="USERS_TABLE")',
        ),
        (
            "dynamodb:Query",
            "arn:aws:dynamodb:r:0:table/p-users-1",
            'people.query_items(env="USERS_TABLE")',
        ),
        (
            "dynamodb:GetItem",
            "arn:aws:dynamodb:r:0:table/p-files-1",
            'uploads.table.get(env="FILES_TABLE")',
        ),
        ("dynamodb:Scan", "arn:aws:dynamodb:r:0:table/p-users-1", None),
        ("sqs:SendMessage", "arn:aws:sqs:r:0:p-emails-1", 'emails.send(env="EMAIL_QUEUE_URL")'),
        ("sqs:SendMessage", "arn:aws:sqs:r:0:unknown", None),
        ("s3:PutObject", "arn:aws:s3:::p-storage-1/a/b/c", 'storage.write("a/", env="BUCKET")'),
        ("s3:PutObject", "arn:aws:s3:::p-storage-1/a", None),
        ("s3:ListBucket", "arn:aws:s3:::p-storage-1", "storage.list_keys()"),
        (
            "ses:SendEmail",
            "arn:aws:ses:r:0:identity/example.com",
            'sender.send(env_sender="SENDER")',
        ),
        ("kms:Decrypt", "arn:aws:kms:r:0:key/1", None),
    ],
)  # fmt: skip
def test_the_grant_of_a_refusal(action: str, arn: str, grant: str | None) -> None:
    assert allowing(action, arn, PROGRAM, "other", {}) == grant


@pytest.mark.parametrize(
    ("action", "resource", "grant"),
    [
        ("dynamodb:UpdateItem", "dynamodb:r:0:table/p-users-1", "people.update()"),
        (
            "dynamodb:Query",
            "dynamodb:r:0:table/p-users-1/index/by-day",
            'people.query("by-day")',
        ),
        ("sqs:SendMessage", "sqs:r:0:p-emails-1", "emails.send()"),
        ("s3:PutObject", "s3:::p-storage-1/a/b", 'storage.write("a/")'),
    ],
)
def test_a_variable_that_a_grant_sets_already_is_left_out(
    action: str, resource: str, grant: str
) -> None:
    """Two grants that set the same variable raise."""
    variables = {name: v for each in PROGRAM.environments.values() for name, v in each.items()}
    assert allowing(action, f"arn:aws:{resource}", PROGRAM, "other", variables) == grant


def test_a_variable_that_names_something_else_is_not_proposed() -> None:
    arn = "arn:aws:dynamodb:r:0:table/p-users-1"
    grant = allowing("dynamodb:GetItem", arn, PROGRAM, "other", {"USERS_TABLE": "p-files-1"})
    assert grant == 'people.get(env="OTHER_USERS_TABLE")'


def test_a_feature_calls_its_own_table_by_its_own_name() -> None:
    arn = "arn:aws:dynamodb:r:0:table/p-files-1"
    assert allowing("dynamodb:GetItem", arn, PROGRAM, "get-file", {}) == (
        'self.table.get(env="FILES_TABLE")'
    )


def test_a_resource_has_its_name_in_the_program() -> None:
    assert parts("arn:aws:s3:::p-storage-1/a/b", PROGRAM) == ("storage", "a/b")
    assert parts("arn:aws:lambda:r:0:function:f", PROGRAM) == ("function:f", "")


def test_the_programs_variables_are_read(tmp_path: Path) -> None:
    source = source_of(ROOT)
    found = {(s.variable, s.name, s.maker) for s in source.stored}
    assert {
        ("users", "users", "table"),
        ("storage", "storage", "bucket"),
        ("emails", "emails", "queue"),
        ("sender", "mail", "mail_sender"),
        ("uploads.table", "user-uploads", "table"),
    } <= found
    text = (ROOT / "__main__.py").read_text()
    variables = {variable.partition(".")[0] for variable, _, _ in found}
    assert all(re.search(rf"^{variable} = ", text, re.MULTILINE) for variable in variables)
    folders = {p.parent.name.replace("_", "-") for p in ROOT.glob("handlers/*/handler.py")}
    assert set(source.functions) == folders
    assert source.variable("user-uploads", "table", "get-upload") == "self.table"
    (tmp_path / "__main__.py").write_text("import features.mail\n")
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "mail.py").write_text('box = stack.queue("inbox")\n')
    assert source_of(tmp_path).stored == [Stored("box", "inbox", "queue", "features/mail.py")]
