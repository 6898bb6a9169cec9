"""Declares a program like ``__main__.py``, with one system for seven folders in ``handlers/``.

``program.py`` evaluates it as a project's ``__main__.py``, to measure how the time grows. Each
system has seven functions like ours, and its own tables, bucket and queue. All systems share what a
stack has once, such as the API and the monitoring.
"""

from pathlib import Path

import pulumi

from config import AppConfig
from handlers.domain.api import COMPONENTS, SCOPES
from infra.access.mail_identity import MailIdentity, MailIdentityArgs
from infra.config.loader import load
from infra.function.function import Function
from infra.grants import Grant
from infra.stack import stack_of
from infra.storage.bucket import Bucket
from infra.storage.queue import Queue
from infra.storage.table import Index, Table
from infra.triggers.bucket_trigger import BucketTrigger, BucketTriggerArgs
from infra.triggers.http.rest_api import Route
from infra.triggers.queue_trigger import QueueTrigger, QueueTriggerArgs
from infra.triggers.schedule_trigger import ScheduleTrigger, ScheduleTriggerArgs
from infra.triggers.stream_trigger import StreamTrigger, StreamTriggerArgs

READ = {
    "security": [{"Token": [next(iter(SCOPES))]}],
    "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
    "responses": {"200": {"description": "The thing."}},
}
WRITE = {
    "security": READ["security"],
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object", "title": "Thing"}}},
    },
    "responses": {"201": {"description": "The thing was written."}},
}
SYSTEMS = range(len([*Path("handlers").glob("writer_*")]))

config = load(AppConfig)
stack = stack_of(config, key="key")
sender = MailIdentity(
    "mail", MailIdentityArgs(sender=config.email.sender, create=config.email.create_identity)
)
callers = stack.callers("callers", scopes=SCOPES)


def users_table(number: int) -> Table:
    """Make the table of one system's users."""
    return stack.table(
        f"users-{number}",
        stream=True,
        indexes=[
            Index(name="by-day", hash_key="created_day", range_key="id"),
            Index(name="pending", hash_key="welcome", range_key="due", range_type="N"),
        ],
    )


def ledger_table(number: int) -> Table:
    """Make the ledger of one system."""
    return stack.table(
        f"ledger-{number}",
        ttl_attribute="expires",
        indexes=[Index(name="by-day", hash_key="day", range_key="id")],
    )


def function(grants: list[Grant], *, timeout: int = 20, asynchronous: bool = False) -> Function:
    """Describe a function of middling size."""
    return Function(
        description="One of many",
        memory_mb=512,
        timeout=timeout,
        asynchronous=asynchronous,
        grants=grants,
    )


def described(
    number: int, users: Table, ledger: Table, storage: Bucket, emails: Queue
) -> dict[str, Function]:
    """Describe the seven functions of one system."""
    return {
        f"writer-{number}": function(
            [users.put(env="USERS_TABLE"), ledger.put(env="LEDGER_TABLE")]
        ),
        f"reader-{number}": function([users.get(env="USERS_TABLE")]),
        f"listener-{number}": function([emails.send(env="EMAIL_QUEUE_URL")]),
        f"sender-{number}": function(
            [
                sender.send(env_sender="SENDER", env_configuration_set="CONFIGURATION_SET"),
                emails.delay(env="EMAIL_QUEUE_URL"),
                users.update(env="USERS_TABLE"),
                ledger.update(env="LEDGER_TABLE"),
            ]
        ),
        f"converter-{number}": function(
            [
                storage.read_versions("uploads/", env="BUCKET"),
                storage.list_keys(),
                storage.write_large("processed/"),
                ledger.put(env="LEDGER_TABLE"),
            ],
            timeout=120,
            asynchronous=True,
        ),
        f"sweeper-{number}": function(
            [users.query("pending", env="USERS_TABLE"), users.update(), ledger.delete()],
            timeout=300,
            asynchronous=True,
        ),
        f"reporter-{number}": function(
            [users.query("by-day", env="USERS_TABLE"), storage.write("reports/", env="BUCKET")],
            timeout=300,
            asynchronous=True,
        ),
    }


users = [users_table(number) for number in SYSTEMS]
ledgers = [ledger_table(number) for number in SYSTEMS]
buckets = [stack.bucket(f"storage-{number}", expire_days={}) for number in SYSTEMS]
queues = [stack.queue(f"emails-{number}", consumer_timeout=30) for number in SYSTEMS]
functions = stack.functions(
    {
        name: each
        for number in SYSTEMS
        for name, each in described(
            number, users[number], ledgers[number], buckets[number], queues[number]
        ).items()
    },
    network="network",
)

routes: list[Route] = []
streams: list[StreamTrigger] = []
consumers: list[QueueTrigger] = []
for number in SYSTEMS:
    routes += [
        Route("POST", f"/things{number}", functions[f"writer-{number}"], WRITE),
        Route("GET", f"/things{number}/{{id}}", functions[f"reader-{number}"], READ),
    ]
    streams.append(
        StreamTrigger(
            f"new-users-{number}",
            StreamTriggerArgs(
                table=users[number],
                function=functions[f"listener-{number}"],
                pattern={"eventName": ["INSERT"]},
            ),
        )
    )
    consumers.append(
        QueueTrigger(
            f"emails-to-send-{number}",
            QueueTriggerArgs(
                queue=queues[number],
                function=functions[f"sender-{number}"],
                batch_size=10,
                max_concurrency=2,
            ),
        )
    )
    BucketTrigger(
        f"uploads-{number}",
        BucketTriggerArgs(
            bucket=buckets[number],
            function=functions[f"converter-{number}"],
            prefix="uploads/",
            outputs=("processed/",),
        ),
    )
    for name in (f"sweeper-{number}", f"reporter-{number}"):
        ScheduleTrigger(
            f"{name}-daily",
            ScheduleTriggerArgs(function=functions[name], expression="rate(1 day)"),
        )

api = stack.rest_api("api", callers=callers, routes=routes, components=COMPONENTS)
monitoring = stack.monitoring(
    "monitoring", api=api, functions=functions, queues=consumers, streams=streams, outcomes=[]
)
pulumi.export("api_gateway_url", api.url)
pulumi.export("dead_letters", monitoring.dead_letters)
