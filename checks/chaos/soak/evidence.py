"""Reads from the emulator what became of everything that was sent, and changes nothing."""

import http.client
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote_plus, urlsplit

from checks.chaos.soak.events import consumer_of_uploads
from checks.chaos.soak.files import md5
from checks.chaos.soak.forms import Record, records
from checks.chaos.soak.inputs import Kind, kinds
from checks.chaos.soak.listeners import Listeners
from checks.chaos.soak.schedules import schedules
from local.aws import ACCOUNT_ID, Aws
from local.cloud import Cloud

CHUNK = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All effects and all failures.

    Attributes:
        users: addresses by the users' ids.
        abandoned: users whom the sweep gave up.
        mails: how many were sent to each address.
        erased: users whose erasure is done, and who are gone.
        dead_confirmations: addresses, of dead letters that confirm an erasure.
        dead_welcomes: users' ids and addresses, of dead letters that welcome a user.
        dead_messages: MD5s of the bodies of the other dead letters of the e-mail queue.
        dead_uploads: keys and versions, of the events of uploads that failed.
        dead_schedules: numbers of the inputs whose scheduled event failed.
        forms: records of uploads by their files' names.
        heard: states of uploads, as their callers were told, by the inputs' numbers.
        strays: inputs whose caller was told of an upload of another.
        objects: ETags by key, under ``uploads/``, ``processed/`` and ``rejected/``.
        scheduled: effects of each schedule, counted by the detail of their input.
        waiting: messages left on the e-mail queue.
    """

    users: dict[str, str]
    abandoned: set[str]
    mails: Counter[str]
    erased: set[str]
    dead_confirmations: list[str]
    dead_welcomes: list[tuple[str, str]]
    dead_messages: list[str]
    dead_uploads: set[tuple[str, str]]
    dead_schedules: set[int]
    forms: dict[str, list[Record]]
    heard: Mapping[int, str]
    strays: Sequence[int]
    objects: dict[str, str]
    scheduled: dict[str, Counter[str]]
    waiting: int


def gather(cloud: Cloud, details: Mapping[str, list[str]], listeners: Listeners) -> Evidence:
    """Read everything.

    Args:
        cloud: the system.
        details: of the inputs of each schedule.
        listeners: who have heard of uploads.
    """
    users, abandoned = _users(cloud)
    dead = _messages(cloud, cloud.outputs["sqs_dead_letter_queue_url"])
    welcomes = [message for message in dead if "user_id" in message["MessageAttributes"]]
    confirmations = [message for message in dead if "once" in message["MessageAttributes"]]
    others = [m for m in dead if not {"user_id", "once"} & set(m["MessageAttributes"])]
    return Evidence(
        users=users,
        abandoned=abandoned,
        mails=Counter(message["To"][0] for message in mails(cloud.aws)),
        erased=_erased(cloud) - set(users),
        dead_confirmations=[json.loads(message["Body"])["to"] for message in confirmations],
        dead_welcomes=[
            (m["MessageAttributes"]["user_id"]["StringValue"], json.loads(m["Body"])["to"])
            for m in welcomes
        ],
        dead_messages=[md5(message["Body"].encode()) for message in others],
        dead_uploads={
            (unquote_plus(record["s3"]["object"]["key"]), record["s3"]["object"]["versionId"])
            for event in _failures(cloud, consumer_of_uploads(cloud))
            for record in event["Records"]
        },
        dead_schedules={
            event["soak"] for function in schedules() for event in _failures(cloud, function)
        },
        forms=records(cloud) if Kind.FORM in kinds() else {},
        heard=listeners.heard,
        strays=listeners.strays,
        objects=_objects(cloud),
        scheduled={
            function: schedule.effects(cloud, details[function])
            for function, schedule in schedules().items()
        },
        waiting=len(_messages(cloud, cloud.outputs["sqs_queue_url"])),
    )


def mails(aws: Aws) -> Iterator[dict[str, Any]]:
    """Read the e-mails one by one: all of them together may be larger than memory allows."""
    path = f"/_ministack/ses/messages?account={ACCOUNT_ID}"
    decoder, text = json.JSONDecoder(), ""
    address = urlsplit(aws.endpoint).netloc
    with closing(http.client.HTTPConnection(address, timeout=600)) as connection:
        connection.request("GET", path, headers=aws.sign("GET", path))
        response = connection.getresponse()
        while chunk := response.read(CHUNK).decode("ascii"):  # as Python writes JSON
            text, position = text + chunk, 0
            while (start := text.find('{"MessageId"', position)) >= 0:
                try:
                    message, position = decoder.raw_decode(text, start)
                except ValueError:  # its end is still to come
                    break
                yield message
            text = text[position:]


def _messages(cloud: Cloud, queue_url: str) -> list[dict[str, Any]]:
    """Return all messages of a queue, visible or not."""
    path = f"/_ministack/sqs/messages?QueueUrl={quote(queue_url, safe='')}"
    accounts = cloud.aws.ask("GET", path)["messages"]
    return [
        message
        for regions in accounts.values()
        for queues in regions.values()
        for messages in queues.values()
        for message in messages
    ]


def _failures(cloud: Cloud, function: str) -> list[dict[str, Any]]:
    """Return the events that failed for a function that nobody waits for."""
    url = cloud.outputs["dead_letters"][f"{function}-failures"]["url"]
    return [json.loads(message["Body"])["requestPayload"] for message in _messages(cloud, url)]


def _users(cloud: Cloud) -> tuple[dict[str, str], set[str]]:
    users, abandoned = {}, set()
    pages = (
        cloud.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=cloud.outputs["dynamodb_table_name"],
            FilterExpression="begins_with(id, :user)",
            ExpressionAttributeValues={":user": {"S": "user_"}},
        )
    )
    for page in pages:
        for item in page["Items"]:
            users[item["id"]["S"]] = item["email"]["S"]
            if "welcome_abandoned" in item:
                abandoned.add(item["id"]["S"])
    return users, abandoned


def _erased(cloud: Cloud) -> set[str]:
    """Return the users whose erasure is done, if the system has erasures."""
    table = cloud.outputs.get("erasures_table_name")
    pages = (
        cloud.client("dynamodb").get_paginator("scan").paginate(TableName=table) if table else ()
    )
    return {
        f"user_{item['id']['S'].rpartition('_')[2]}"
        for page in pages
        for item in page["Items"]
        if "done" in item
    }


def _objects(cloud: Cloud) -> dict[str, str]:
    pages = cloud.client("s3").get_paginator("list_objects_v2")
    return {
        item["Key"]: item["ETag"].strip('"')
        for prefix in ("uploads/", "processed/", "rejected/")
        for page in pages.paginate(Bucket=cloud.outputs["s3_bucket_name"], Prefix=prefix)
        for item in page.get("Contents", ())
    }
