"""The erasure of a user in the running system: what is left, what fails, and what is sent."""

import json
import time

import pytest

from handlers.domain.email_message import welcome_entry
from local.cloud import Cloud
from local.mail import sent
from tests.support.e2e.erasing import (
    ask,
    ended,
    erase,
    forget_forms,
    history,
    pass_time,
    stop_waiting,
)
from tests.support.e2e.system import Api, broken, until, welcomed
from tests.support.e2e.uploading import Caller, send


def mails_to(cloud: Cloud, email: str) -> list[str]:
    return [mail["Subject"] for mail in sent(cloud.aws) if mail["To"] == [email]]


def stored(cloud: Cloud) -> str:
    """Return all items of all tables."""
    dynamodb = cloud.client("dynamodb")
    names = [value for name, value in cloud.outputs.items() if name.endswith("table_name")]
    pages = [dynamodb.get_paginator("scan").paginate(TableName=name) for name in names]
    return json.dumps([page["Items"] for each in pages for page in each], default=str)


def test_a_user_with_files_is_erased(cloud: Cloud, api: Api) -> None:
    user = api.new_user("Grace Hopper")
    until(lambda: welcomed(cloud, user["id"]))
    caller = Caller(api, user["id"])
    caller.settled(caller.uploads("notes.txt", b"some text", "text/plain"))
    forget_forms(cloud, user["id"])
    erasure = erase(api, user["id"])
    assert erasure["objects"] == 2
    assert api("GET", f"/users/{user['id']}").status == 404
    found = cloud.client("s3").list_object_versions(Bucket=cloud.outputs["s3_bucket_name"])
    assert user["id"] not in json.dumps(found, default=str)
    assert user["email"] not in stored(cloud)
    until(lambda: len(mails_to(cloud, user["email"])) == 2)
    assert mails_to(cloud, user["email"])[1] == "Your account was deleted"
    # No personal data in the history: ids, times, and words of the definition.
    told = json.dumps(history(cloud, erasure["id"]), default=str)
    assert erasure["id"] in told
    assert not [text for text in (user["email"], "Grace", "notes.txt") if text in told]
    # Asked again, it has nothing to do; and the address is free.
    assert ask(api, user["id"])["done"] == erasure["done"]
    again = api("POST", "/users", {"name": "Grace", "email": user["email"]})
    assert again.status == 201


def test_a_welcome_that_waits_in_the_queue_is_never_sent(cloud: Cloud, api: Api) -> None:
    user = api.new_user()
    until(lambda: welcomed(cloud, user["id"]))
    # As if nothing had been sent yet: the ledger knows of no welcome, and a message waits.
    cloud.client("dynamodb").delete_item(
        TableName=cloud.outputs["ledger_table_name"], Key={"id": {"S": f"email#{user['id']}"}}
    )
    erase(api, user["id"])
    message = welcome_entry(user_id=user["id"], name=user["name"], email=user["email"])
    cloud.client("sqs").send_message(QueueUrl=cloud.outputs["sqs_queue_url"], **message)
    until(lambda: len(mails_to(cloud, user["email"])) == 2)
    time.sleep(1)
    subjects = mails_to(cloud, user["email"])
    assert subjects == ["Welcome to our platform!", "Your account was deleted"]


def test_a_file_that_comes_late_is_waited_for(cloud: Cloud, api: Api) -> None:
    caller = Caller(api)
    requested = caller.requests("notes.txt", 9, "text/plain")
    erasure = ask(api, caller.user)["id"]
    body = {"filename": "a.txt", "content_type": "text/plain", "size": 1}
    assert api("POST", caller.path(), body).status == 404  # nobody gets another form
    stop_waiting(cloud, erasure)
    assert send(requested["form"], b"some text") == (204, "")
    assert ended(api, erasure)["state"] == "failed"
    s3, bucket = cloud.client("s3"), cloud.outputs["s3_bucket_name"]

    def versions() -> str:
        return json.dumps(s3.list_object_versions(Bucket=bucket), default=str)

    until(lambda: f"processed/users/{caller.user}/" in versions(), seconds=60)
    pass_time(cloud, erasure)
    assert ask(api, caller.user)["state"] == "running"
    assert ended(api, erasure)["state"] == "done"
    assert caller.user not in versions()


@pytest.mark.parametrize("function", ["erase-files", "erase-user"])
def test_a_step_that_fails_is_tried_again(cloud: Cloud, api: Api, function: str) -> None:
    user = api.new_user()
    with broken(cloud, function):
        erasure = ask(api, user["id"])["id"]
        until(lambda: [e for e in history(cloud, erasure) if e["type"] == "TaskFailed"])
        assert api("GET", f"/erasures/{erasure}").body["state"] == "running"
    assert ended(api, erasure)["state"] == "done"
    until(lambda: "Your account was deleted" in mails_to(cloud, user["email"]))


def test_what_is_not_there_is_not_found(api: Api) -> None:
    assert api("DELETE", "/users/nobody").body == {"error": "User not found"}
    assert api("GET", "/erasures/nothing").body == {"error": "Erasure not found"}
