"""The whole architecture: what exists, who may do what, and what triggers what."""

import pulumi

from config import AppConfig
from features.activity import ActivityFigures
from features.erasure import Erasure
from features.graphql import GraphQL
from features.live_push import LivePush
from features.uploads import Uploads
from handlers.create_user.operation import CREATE_USER
from handlers.domain.api import COMPONENTS, SCOPES, SERVICE_SCOPES
from handlers.get_user.operation import GET_USER
from infra.config.loader import load
from infra.function.function import Function
from infra.stack import stack_of
from infra.storage.table import Index
from infra.triggers.http.rest_api import Route
from infra.triggers.queue_trigger import QueueTrigger, QueueTriggerArgs
from infra.triggers.schedule_trigger import ScheduleTrigger, ScheduleTriggerArgs
from infra.triggers.stream_trigger import StreamTrigger, StreamTriggerArgs

config = load(AppConfig)
stack = stack_of(config, key="key")

# What is stored. The stream of `users` is the outbox; `ledger` records what was done, for a while.
# `any`: there is a stream while one of these features reads it.
users = stack.table("users", stream=True, indexes=[
    Index(name="by-day", hash_key="created_day", range_key="id"),
    Index(name="welcome-pending", hash_key="welcome", range_key="welcome_due", range_type="N",
          include=["name", "email", "welcome_attempts"])])
ledger = stack.table("ledger", stream=any([ActivityFigures]), ttl_attribute="expires", indexes=[
    Index(name="by-day", hash_key="day", range_key="id", include=["kind", "outcome"]),
    Index(name="by-expiry", hash_key="expires_day", range_key="expires", range_type="N")])
storage = stack.bucket("storage", expire_days=config.uploads.expiry,
                       cors_origins=config.api.cors_origins)
emails = stack.queue("emails", consumer_timeout=30, batch_window=config.email.batch_window_seconds)
sender = stack.mail_sender("mail", config.email.sender_args)
callers = stack.callers("callers", scopes=SCOPES, service_scopes=SERVICE_SCOPES)

# What runs, and what each function may do. The network leads to the services in their grants.
cors = {"CORS_ORIGINS": ",".join(config.api.cors_origins)}
uploads = Uploads(stack, config, users=users, ledger=ledger, storage=storage, cors=cors,
                  stream=any([LivePush]))
erasure = Erasure(stack, uploads, users=users, ledger=ledger, emails=emails, cors=cors)
activity = ActivityFigures(stack, users=users, ledger=ledger, cors=cors)
live = LivePush(stack, config, users=users, uploads=uploads, cors=cors)
graphql = GraphQL(stack, config, callers, users=users, ledger=ledger, uploads=uploads,
                  activity=activity)
functions = stack.functions(network="network", functions={
    **uploads.functions, **activity.functions, **erasure.functions, **live.functions,
    **graphql.functions,
    "create-user": Function(description="POST /users", memory_mb=512, timeout=20, environment=cors,
        grants=[users.put(env="USERS_TABLE"), ledger.put(env="LEDGER_TABLE")]),
    "get-user": Function(description="GET /users/{id}", memory_mb=512, timeout=20,
        environment=cors, grants=[users.get(env="USERS_TABLE")]),
    "queue-welcome": Function(description="New users to the e-mail queue", memory_mb=256,
        timeout=30, grants=[emails.send(env="EMAIL_QUEUE_URL")]),
    "send-email": Function(description="E-mails of the queue by SES", memory_mb=256, timeout=30,
        grants=[sender.send(env_sender="SENDER"),
                emails.delay(env="EMAIL_QUEUE_URL"),
                users.update(env="USERS_TABLE"), ledger.update(env="LEDGER_TABLE")]),
    "cleanup-expired": Function(
        description="Deletes what expired, welcomes whom nobody welcomed",
        memory_mb=256, timeout=300, asynchronous=True,
        grants=[ledger.query("by-expiry", env="LEDGER_TABLE"), ledger.delete(),
                users.query("welcome-pending", env="USERS_TABLE"), users.update(),
                emails.send(env="EMAIL_QUEUE_URL")]),
    "daily-report": Function(
        description="Yesterday's figures", memory_mb=256, timeout=300, asynchronous=True,
        grants=[users.query("by-day", env="USERS_TABLE"),
                ledger.query("by-day", env="LEDGER_TABLE"), storage.read("reports/", env="BUCKET"),
                storage.list_keys(), storage.write("reports/")])})

# What triggers what.
api = stack.rest_api("api", callers=callers, components=COMPONENTS, routes=[
    Route("POST", "/users", functions["create-user"], CREATE_USER),
    Route("GET", "/users/{id}", functions["get-user"], GET_USER),
    *uploads.trigger(functions), *activity.trigger(functions), *erasure.trigger(functions),
    *live.routes(functions)])
live.trigger(functions, api)
graphql.trigger(functions, api)
new_users = StreamTrigger("new-users", StreamTriggerArgs(
    table=users, function=functions["queue-welcome"],
    pattern={"eventName": ["INSERT"], "dynamodb": {"NewImage": {"welcome": {"S": ["pending"]}}}}))
emails_to_send = QueueTrigger("emails-to-send", QueueTriggerArgs(
    queue=emails, function=functions["send-email"],
    batch_size=10, max_concurrency=config.email.max_concurrency))
ScheduleTrigger("cleanup", ScheduleTriggerArgs(
    function=functions["cleanup-expired"], expression=config.schedules.cleanup))
ScheduleTrigger("report", ScheduleTriggerArgs(
    function=functions["daily-report"], expression=config.schedules.report))
monitoring = stack.monitoring("monitoring", api=api, functions=functions, senders=sender.identities,
    queues=[emails_to_send], streams=[new_users, *activity.streams, live.changes],
    machines=[erasure.machine], sockets=[live.stage], graphs=[graphql.api],
    outcomes=[("cleanup-expired", "welcome_abandoned"), ("send-email", "uncertain")])

pulumi.export("api_gateway_url", api.url)
pulumi.export("api_key", api.api_key)
pulumi.export("dynamodb_table_name", users.name)
pulumi.export("ledger_table_name", ledger.name)
pulumi.export("s3_bucket_name", storage.name)
pulumi.export("sqs_queue_url", emails.url)
pulumi.export("sqs_dead_letter_queue_url", emails.dead_letters.url)
pulumi.export("dead_letters", monitoring.dead_letters)
pulumi.export("releases", monitoring.releases)
pulumi.export("log_groups", monitoring.log_groups)
pulumi.export("ses_dkim_tokens", sender.dkim_tokens)
pulumi.export("alarm_topic_arn", monitoring.topic.arn)
pulumi.export("dashboard_name", monitoring.dashboard.dashboard_name)
