"""What a stack uses in a month of traffic, in the units that AWS charges by.

What the program declares is read from its recorded resources: schedules, log retention, alarms,
keys, and all that costs by the month. What it does not declare is assumed here: sizes, and how many
units one request of each kind uses.
"""

import json
from collections.abc import Iterator

from blueprint.cost.function_usage import function_usage
from blueprint.cost.traffic import Traffic
from blueprint.cost.triggers import (
    CHANGES_OF_AN_UPLOAD,
    ERASED,
    QUERIES,
    loads,
    reads_ledger,
    schedule_runs,
)
from blueprint.cost.usage import DAYS, HOURS, Usage
from blueprint.recording import Recorded, Recorder

ITEM_KB = 1
"""Largest size of an item: one write unit for the table and for each index."""

LOG_KB = 1.5
"""What one invocation logs: its outcome, and Lambda's own record."""

EMAIL_KB = 16
"""A request for one e-mail, with its TLS handshake."""

ACCESS_LOG_KB = 0.5
IMAGE_GB = 0.25
"""Compressed size of one image in a repository; most of it is the base image."""

TRACED = 0.05
"""Share of requests that X-Ray records by default, in addition to the first of each second."""

# A user in a transaction (twice two units), its copies in the indexes (two), the mark of the
# welcome (one) and its change in the index (one), and the ledger's entry of the e-mail (claimed,
# done, and the copies in the indexes). Last, the entry that counts the user (in the transaction)
# and its copies.
_WRITES_OF_A_USER = 4 + 2 + 1 + 1 + 4 + 2 + 2
_WRITES_OF_AN_EMAIL = 4
_WRITES_OF_AN_UPLOAD = 4 + 3  # the ledger's; requested, in work and done, for the caller
_SUBSCRIBED = 2  # the message of a subscriber, and its answer
_WRITES_OF_AN_EVENT = 4  # its mark and its day's figures, in a transaction
_MESSAGE_REQUESTS = 3  # sent, received, deleted
_POLLERS = 5  # Lambda's, each of which waits for 20 s
_FILES_WRITTEN = 2
_READS_OF_A_SECRET = 12 * 5  # an hour: every five minutes, by five environments


def usage(recorder: Recorder, traffic: Traffic) -> Iterator[Usage]:
    """Yield all that a stack is charged for in a month."""
    by_function = loads(recorder, traffic)
    yield Usage("apigateway", "request", traffic.requests, "requests")
    yield from _sockets(recorder, traffic)
    for _ in recorder.all("aws:appsync/graphQLApi:GraphQLApi"):
        yield Usage("appsync", "request", traffic.requests * QUERIES, "GraphQL queries")
    yield from function_usage(recorder, by_function)
    yield from _data(recorder, traffic)
    yield from _queues(recorder, traffic)
    yield from _mail(recorder, traffic)
    scheduled = sum(times for _, times in schedule_runs(recorder))
    yield Usage("scheduler", "invocation", scheduled, "scheduled invocations")
    for machine in recorder.all("aws:sfn/stateMachine:StateMachine"):
        states = len(json.loads(machine.inputs["definition"])["States"])
        times = traffic.users * ERASED
        yield Usage("states", "transition", times * states, f"{machine.name}: state transitions")
    yield from _monitoring(
        recorder, traffic, sum(load.invocations for load in by_function.values())
    )
    yield from _monthly(recorder, traffic)


def _sockets(recorder: Recorder, traffic: Traffic) -> Iterator[Usage]:
    """Yield what WebSocket APIs cost, if each upload has one subscriber for a minute."""
    for _ in recorder.all("aws:apigatewayv2/stage:Stage"):
        messages = traffic.uploads * (_SUBSCRIBED + CHANGES_OF_AN_UPLOAD)
        yield Usage("apigateway", "message", messages, "messages to and from subscribers")
        yield Usage("apigateway", "connection_minute", traffic.uploads, "subscribers' connections")


def _data(recorder: Recorder, traffic: Traffic) -> Iterator[Usage]:
    writes = (
        traffic.users * _WRITES_OF_A_USER
        + traffic.emails * _WRITES_OF_AN_EMAIL
        + traffic.uploads * _WRITES_OF_AN_UPLOAD
        + (traffic.entries * _WRITES_OF_AN_EVENT if reads_ledger(recorder) else 0)
    ) * ITEM_KB
    yield Usage("dynamodb", "write_unit", writes, "writes")
    yield Usage("dynamodb", "read_unit", traffic.requests - traffic.users, "reads")
    yield Usage("dynamodb", "gb_month", traffic.table_gb, "tables")
    yield Usage("dynamodb", "backup_gb_month", traffic.table_gb, "point-in-time recovery")
    yield Usage("s3", "put", traffic.uploads * (1 + _FILES_WRITTEN), "files written")
    yield Usage("s3", "get", traffic.uploads, "files read")
    yield Usage("s3", "gb_month", traffic.stored_gb, "files kept")


def _mail(recorder: Recorder, traffic: Traffic) -> Iterator[Usage]:
    """Yield what SES costs, or the key of another provider and the way to it."""
    if recorder.all("aws:sesv2/configurationSet:ConfigurationSet"):
        yield Usage("ses", "email", traffic.sent, "e-mails")
    kept = len(recorder.all("aws:secretsmanager/secret:Secret"))
    yield Usage("secretsmanager", "secret", kept, "secrets")
    yield Usage("secretsmanager", "request", kept * HOURS * _READS_OF_A_SECRET, "secrets read")
    if gateways := len(recorder.all("aws:ec2/natGateway:NatGateway")):
        yield Usage("nat", "gateway_hour", gateways * HOURS, "NAT gateways")
        yield Usage("nat", "address_hour", gateways * HOURS, "their public addresses")
        yield Usage("nat", "gb", traffic.sent * EMAIL_KB / 1_024**2, "e-mails through them")


def _queues(recorder: Recorder, traffic: Traffic) -> Iterator[Usage]:
    mappings = recorder.all("aws:lambda/eventSourceMapping:EventSourceMapping")
    polled = [m for m in mappings if "startingPosition" not in m.inputs]  # of queues, not streams
    yield Usage("sqs", "request", traffic.sent * _MESSAGE_REQUESTS, "messages")
    yield Usage("sqs", "request", len(polled) * _POLLERS * HOURS * 3_600 / 20, "Lambda's polling")


def _monitoring(recorder: Recorder, traffic: Traffic, invocations: float) -> Iterator[Usage]:
    logged = (invocations * LOG_KB + traffic.requests * ACCESS_LOG_KB) / 1_024**2
    groups = recorder.all("aws:cloudwatch/logGroup:LogGroup")
    days = max(group.inputs["retentionInDays"] for group in groups)
    yield Usage("cloudwatch", "log_gb", logged, "logs written")
    yield Usage("cloudwatch", "log_gb_month", logged * days / DAYS, f"logs kept for {days} days")
    alarms = len(recorder.all("aws:cloudwatch/metricAlarm:MetricAlarm"))
    yield Usage("cloudwatch", "alarm", alarms, "alarms")
    dashboards = len(recorder.all("aws:cloudwatch/dashboard:Dashboard"))
    yield Usage("cloudwatch", "dashboard", dashboards, "dashboards")
    yield Usage("xray", "trace", (traffic.requests + traffic.uploads) * TRACED, "traces")


def _monthly(recorder: Recorder, traffic: Traffic) -> Iterator[Usage]:
    """Yield what costs by the month, used or not."""
    images = sum(
        _kept(policy) for policy in recorder.all("aws:ecr/lifecyclePolicy:LifecyclePolicy")
    )
    yield Usage("ecr", "gb_month", images * IMAGE_GB, "images, as many as are kept")
    if keys := len(recorder.all("aws:kms/key:Key")):
        yield Usage("kms", "key", keys, "keys")
        # S3 asks once for each bucket key, DynamoDB once in five minutes; SQS remains.
        yield Usage("kms", "request", traffic.sent * 2, "messages encrypted")
    for acl in recorder.all("aws:wafv2/webAcl:WebAcl"):
        yield Usage("waf", "acl", 1, "web ACL")
        yield Usage("waf", "rule", len(acl.inputs["rules"]), "its rules")
        yield Usage("waf", "request", traffic.requests, "requests looked at")
    endpoints = [
        e
        for e in recorder.all("aws:ec2/vpcEndpoint:VpcEndpoint")
        if e.inputs.get("vpcEndpointType") == "Interface"
    ]
    if endpoints:
        zones = sum(len(e.inputs["subnetIds"]) for e in endpoints)
        yield Usage("vpc", "endpoint_hour", zones * HOURS, "interface endpoints, by zone")


def _kept(policy: Recorded) -> int:
    rules = json.loads(policy.inputs["policy"])["rules"]
    kept: int = max(rule["selection"]["countNumber"] for rule in rules)
    return kept
