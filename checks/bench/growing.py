"""A program like ``__main__.py``, of as many systems as there are in its ``handlers/``.

``program.py`` evaluates it as a project's ``__main__.py``, to see how the time grows. Each
system has seven functions like ours, and tables, a bucket and a queue of its own; all share the
API, the monitoring, and what else a stack has one of.
"""

from collections.abc import Sequence
from pathlib import Path

import pulumi

from handlers.create_user.operation import CREATE_USER
from handlers.domain.api import COMPONENTS, SCOPES
from handlers.get_user.operation import GET_USER
from infra.access.callers import Callers, CallersArgs
from infra.access.mail_identity import MailIdentity, MailIdentityArgs
from infra.config.loader import load
from infra.function.image_function import FunctionArgs, ImageFunction
from infra.grants import Grant
from infra.monitoring.monitoring import Monitoring, MonitoringArgs
from infra.network.network import own_network
from infra.storage.bucket import Bucket, BucketArgs
from infra.storage.key import own_key
from infra.storage.queue import Queue, QueueArgs
from infra.storage.table import Index, Table, TableArgs
from infra.triggers.bucket import BucketTrigger, BucketTriggerArgs
from infra.triggers.http.rest_api import RestApi, RestApiArgs, Route
from infra.triggers.queue import QueueTrigger, QueueTriggerArgs
from infra.triggers.schedule import ScheduleTrigger, ScheduleTriggerArgs
from infra.triggers.stream import StreamTrigger, StreamTriggerArgs

config = load()
key = own_key("key", config)
sender = MailIdentity(
    "mail", MailIdentityArgs(sender=config.email.sender, create=config.email.create_identity)
)
callers = Callers("callers", CallersArgs(config=config.api, retain=config.retain, scopes=SCOPES))
network = own_network("network", config, key)

functions: list[ImageFunction] = []
routes: list[Route] = []
queues: list[QueueTrigger] = []
streams: list[StreamTrigger] = []


def function(
    name: str, grants: Sequence[Grant], *, timeout: int = 20, asynchronous: bool = False
) -> ImageFunction:
    """Make a function of middling size."""
    made = ImageFunction(
        name,
        FunctionArgs(
            config=config,
            key=key,
            network=network,
            description=name,
            memory_mb=512,
            timeout=timeout,
            asynchronous=asynchronous,
            grants=grants,
        ),
    )
    functions.append(made)
    return made


def system(number: int) -> None:
    """Make seven functions, what they keep, and what triggers them."""
    users = Table(
        f"users-{number}",
        TableArgs(
            retain=config.retain,
            key=key,
            stream=True,
            indexes=[
                Index(name="by-day", hash_key="created_day", range_key="id"),
                Index(name="pending", hash_key="welcome", range_key="due", range_type="N"),
            ],
        ),
    )
    ledger = Table(
        f"ledger-{number}",
        TableArgs(
            retain=config.retain,
            key=key,
            ttl_attribute="expires",
            indexes=[Index(name="by-day", hash_key="day", range_key="id")],
        ),
    )
    storage = Bucket(f"storage-{number}", BucketArgs(retain=config.retain, key=key))
    emails = Queue(f"emails-{number}", QueueArgs(key=key, consumer_timeout=30))

    create = function(
        f"create-user-{number}", [users.put(env="USERS_TABLE"), ledger.put(env="LEDGER_TABLE")]
    )
    get = function(f"get-user-{number}", [users.get(env="USERS_TABLE")])
    welcome = function(f"queue-welcome-{number}", [emails.send(env="EMAIL_QUEUE_URL")])
    send = function(
        f"send-email-{number}",
        [
            sender.send(env_sender="SENDER", env_configuration_set="CONFIGURATION_SET"),
            emails.delay(env="EMAIL_QUEUE_URL"),
            users.update(env="USERS_TABLE"),
            ledger.update(env="LEDGER_TABLE"),
        ],
    )
    process = function(
        f"process-upload-{number}",
        [
            storage.read_versions("uploads/", env="BUCKET"),
            storage.list_keys(),
            storage.write_large("processed/"),
            ledger.put(env="LEDGER_TABLE"),
        ],
        timeout=120,
        asynchronous=True,
    )
    cleanup = function(
        f"cleanup-expired-{number}",
        [users.query("pending", env="USERS_TABLE"), users.update(), ledger.delete()],
        timeout=300,
        asynchronous=True,
    )
    report = function(
        f"daily-report-{number}",
        [users.query("by-day", env="USERS_TABLE"), storage.write("reports/", env="BUCKET")],
        timeout=300,
        asynchronous=True,
    )

    routes.extend(
        [
            Route("POST", f"/users{number}", create, CREATE_USER),
            Route("GET", f"/users{number}/{{id}}", get, GET_USER),
        ]
    )
    streams.append(
        StreamTrigger(
            f"new-users-{number}",
            StreamTriggerArgs(table=users, function=welcome, pattern={"eventName": ["INSERT"]}),
        )
    )
    queues.append(
        QueueTrigger(
            f"emails-to-send-{number}",
            QueueTriggerArgs(queue=emails, function=send, batch_size=10, max_concurrency=2),
        )
    )
    BucketTrigger(
        f"uploads-{number}",
        BucketTriggerArgs(
            bucket=storage, function=process, prefix="uploads/", outputs=("processed/",)
        ),
    )
    for scheduled in (cleanup, report):
        ScheduleTrigger(
            f"{scheduled.logical_name}-daily",
            ScheduleTriggerArgs(function=scheduled, expression="rate(1 day)"),
        )


for each in range(len([*Path("handlers").glob("create_user_*")])):
    system(each)

api = RestApi(
    "api",
    RestApiArgs(
        config=config.api,
        key=key,
        callers=callers,
        log_retention_days=config.logs.retention_days,
        components=COMPONENTS,
        routes=routes,
    ),
)
monitoring = Monitoring(
    "monitoring",
    MonitoringArgs(
        config=config.alarms,
        key=key,
        api=api,
        queues=queues,
        streams=streams,
        functions=functions,
    ),
)
pulumi.export("api_gateway_url", api.url)
pulumi.export("dead_letters", monitoring.dead_letters)
