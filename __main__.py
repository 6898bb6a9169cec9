"""The whole architecture: what exists, who may touch what, what triggers whom."""

import pulumi

from handlers.create_user.operation import CREATE_USER
from handlers.domain.api import COMPONENTS, SCOPES
from handlers.get_user.operation import GET_USER
from infra.access.callers import Callers, CallersArgs
from infra.access.mail_identity import MailIdentity, MailIdentityArgs
from infra.config.loader import load
from infra.function.image_function import FunctionArgs, ImageFunction
from infra.monitoring.monitoring import Monitoring, MonitoringArgs
from infra.network.network import own_network
from infra.storage.access_log import access_log
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

# What everything below is encrypted with: the stack's own key, or none, and AWS's keys do it.
key = own_key("key", config)

# What is kept. The stream of `users` is the outbox; `ledger` holds what was done, until it expires.
users = Table("users", TableArgs(retain=config.retain, key=key, stream=True, indexes=[
    Index(name="by-day", hash_key="created_day", range_key="id"),
    Index(name="welcome-pending", hash_key="welcome", range_key="welcome_due", range_type="N",
          include=["name", "email", "welcome_attempts"]),
]))
ledger = Table("ledger", TableArgs(retain=config.retain, key=key, ttl_attribute="expires", indexes=[
    Index(name="by-day", hash_key="day", range_key="id", include=["kind", "outcome"]),
    Index(name="by-expiry", hash_key="expires_day", range_key="expires", range_type="N"),
]))
storage = Bucket("storage", BucketArgs(
    retain=config.retain, key=key, expire_days=config.uploads.expiry))
access_log("storage-access-log", storage, config)
emails = Queue("emails", QueueArgs(
    key=key, consumer_timeout=30, batch_window=config.email.batch_window_seconds))
sender = MailIdentity("mail", MailIdentityArgs(
    sender=config.email.sender, create=config.email.create_identity))
callers = Callers("callers", CallersArgs(config=config.api, retain=config.retain, scopes=SCOPES))

# What runs, where, and what each may do.
network = own_network("network", config, key)
cors = {"CORS_ORIGINS": ",".join(config.api.cors_origins)}

create_user = ImageFunction("create-user", FunctionArgs(
    config=config, key=key, network=network, description="POST /users",
    memory_mb=512, timeout=20, environment=cors,
    grants=[users.put(env="USERS_TABLE"), ledger.put(env="LEDGER_TABLE")]))
get_user = ImageFunction("get-user", FunctionArgs(
    config=config, key=key, network=network, description="GET /users/{id}",
    memory_mb=512, timeout=20, environment=cors, grants=[users.get(env="USERS_TABLE")]))
queue_welcome = ImageFunction("queue-welcome", FunctionArgs(
    config=config, key=key, network=network, description="New users to the e-mail queue",
    memory_mb=256, timeout=30, grants=[emails.send(env="EMAIL_QUEUE_URL")]))
send_email = ImageFunction("send-email", FunctionArgs(
    config=config, key=key, network=network, description="E-mails of the queue by SES",
    memory_mb=256, timeout=30,
    grants=[sender.send(env_sender="SENDER", env_configuration_set="CONFIGURATION_SET"),
            emails.delay(env="EMAIL_QUEUE_URL"),
            users.update(env="USERS_TABLE"), ledger.update(env="LEDGER_TABLE")]))
process_upload = ImageFunction("process-upload", FunctionArgs(
    config=config, key=key, network=network, description="Images resized, texts extracted",
    memory_mb=1024, timeout=120, asynchronous=True, environment=config.uploads.settings,
    grants=[storage.read_versions("uploads/", env="BUCKET"), storage.list_keys(),
            storage.write_large("processed/"), storage.write_large("rejected/"),
            ledger.put(env="LEDGER_TABLE"), ledger.update()]))
cleanup_expired = ImageFunction("cleanup-expired", FunctionArgs(
    config=config, key=key, network=network, memory_mb=256, timeout=300, asynchronous=True,
    description="Deletes what expired, welcomes whom nobody welcomed",
    grants=[ledger.query("by-expiry", env="LEDGER_TABLE"), ledger.delete(),
            users.query("welcome-pending", env="USERS_TABLE"), users.update(),
            emails.send(env="EMAIL_QUEUE_URL")]))
daily_report = ImageFunction("daily-report", FunctionArgs(
    config=config, key=key, network=network, description="Yesterday's figures",
    memory_mb=256, timeout=300, asynchronous=True,
    grants=[users.query("by-day", env="USERS_TABLE"), ledger.query("by-day", env="LEDGER_TABLE"),
            storage.read("reports/", env="BUCKET"), storage.list_keys(),
            storage.write("reports/")]))

# What triggers whom.
api = RestApi("api", RestApiArgs(
    config=config.api, key=key, callers=callers,
    log_retention_days=config.logs.retention_days, components=COMPONENTS,
    routes=[Route("POST", "/users", create_user, CREATE_USER),
            Route("GET", "/users/{id}", get_user, GET_USER)]))
new_users = StreamTrigger("new-users", StreamTriggerArgs(
    table=users, function=queue_welcome,
    pattern={"eventName": ["INSERT"], "dynamodb": {"Keys": {"id": {"S": [{"prefix": "user_"}]}}}}))
emails_to_send = QueueTrigger("emails-to-send", QueueTriggerArgs(
    queue=emails, function=send_email, batch_size=10, max_concurrency=config.email.max_concurrency))
BucketTrigger("uploads", BucketTriggerArgs(
    bucket=storage, function=process_upload, prefix="uploads/",
    outputs=("processed/", "rejected/", "reports/")))
ScheduleTrigger("cleanup", ScheduleTriggerArgs(
    function=cleanup_expired, expression=config.schedules.cleanup))
ScheduleTrigger("report", ScheduleTriggerArgs(
    function=daily_report, expression=config.schedules.report))

monitoring = Monitoring("monitoring", MonitoringArgs(
    config=config.alarms, key=key, api=api, queues=[emails_to_send], streams=[new_users],
    functions=[create_user, get_user, queue_welcome, send_email, process_upload,
               cleanup_expired, daily_report],
    outcomes=[(cleanup_expired, "welcome_abandoned"), (send_email, "uncertain")]))

pulumi.export("api_gateway_url", api.url)
pulumi.export("api_key", api.api_key)
pulumi.export("user_pool_id", callers.pool_id)
pulumi.export("token_endpoint", callers.token_endpoint)
pulumi.export("client_id", callers.client_id)
pulumi.export("client_secret", callers.client_secret)
pulumi.export("web_client_id", callers.web_client_id)
pulumi.export("dynamodb_table_name", users.name)
pulumi.export("ledger_table_name", ledger.name)
pulumi.export("s3_bucket_name", storage.name)
pulumi.export("sqs_queue_url", emails.url)
pulumi.export("sqs_dead_letter_queue_url", emails.dead_letters.url)
pulumi.export("dead_letters", monitoring.dead_letters)
pulumi.export("releases", monitoring.releases)
pulumi.export("ses_dkim_tokens", sender.dkim_tokens)
pulumi.export("alarm_topic_arn", monitoring.topic.arn)
pulumi.export("dashboard_name", monitoring.dashboard.dashboard_name)
