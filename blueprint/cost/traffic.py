"""What a month of traffic asks of a stack, in the units that AWS charges by.

What the program declares is read from its recorded resources: schedules, log retention, alarms,
keys, and all else that costs by the month. What it cannot know is assumed, and stands here: sizes,
and how many units one request of each kind uses. ``running`` has what functions ask for.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from blueprint.cost.invocations import running
from blueprint.cost.usage import DAYS, HOURS, Usage
from blueprint.recording import Recorded, Recorder

_UNITS = {"minute": 60 * HOURS, "hour": HOURS, "day": DAYS}

ITEM_KB = 1
"""An item of a table with its indexes' copies, at most: one write unit for each."""

LOG_KB = 1.5
"""What one invocation logs: its outcome, and Lambda's own record of it."""

ACCESS_LOG_KB = 0.5
IMAGE_GB = 0.25
"""One image in a repository: the base image's layers, compressed, and few of its own."""

TRACED = 0.05
"""The share of requests that X-Ray records by default, beside the first in each second."""

# A user in a transaction (twice two units), their indexes' copies (two), the mark of the welcome
# (one) and what it changes in the index (one), the e-mail's entry in the ledger (claimed, done, and
# its indexes).
_WRITES_OF_A_USER = 4 + 2 + 1 + 1 + 4
_WRITES_OF_AN_EMAIL = 4
_WRITES_OF_AN_UPLOAD = 4
_MESSAGE_REQUESTS = 3  # sent, received, deleted
_POLLERS = 5  # Lambda's, each waiting for 20 s at a time
_FILES_WRITTEN = 2


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """What comes in a month.

    Attributes:
        requests: to the API.
        writes: the share of them that creates a user.
        emails: notifications, beside one welcome for each user.
        uploads: files.
        upload_mb: size of one.
        stored_gb: what the bucket holds.
        table_gb: what the tables hold.
    """

    requests: float
    writes: float = 0.1
    emails: float = 0
    uploads: float = 0
    upload_mb: float = 2
    stored_gb: float = 0
    table_gb: float = 1

    @property
    def users(self) -> float:
        """Users who are created."""
        return self.requests * self.writes

    @property
    def sent(self) -> float:
        """E-mails of both kinds."""
        return self.users + self.emails


def usage(recorder: Recorder, traffic: Traffic) -> Iterator[Usage]:
    """Yield all that a stack is charged for in a month."""
    invocations = _invocations(recorder, traffic)
    yield Usage("apigateway", "request", traffic.requests, "requests")
    yield from running(recorder, invocations)
    yield from _data(traffic)
    yield from _queues(recorder, traffic)
    scheduled = sum(runs(r.inputs["scheduleExpression"]) for r in _schedules(recorder))
    yield Usage("scheduler", "invocation", scheduled, "scheduled invocations")
    yield from _watching(recorder, traffic, sum(invocations.values()))
    yield from _standing(recorder, traffic)


def runs(expression: str) -> float:
    """Count a schedule's runs in a month.

    A cron expression counts by its minutes, hours and days, each as one value, ``*`` or a list; a
    field of another form counts as one value.
    """
    if found := re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression):
        return _UNITS[found[2]] / int(found[1])
    if not expression.startswith("cron("):
        return 1 / 12  # at() runs once
    minutes, hours, day, month, weekday, _year = expression[5:-1].split()
    days = DAYS if {day, weekday} <= {"*", "?"} else _values(day, 1) * _values(weekday, 1)
    months = 1 if month in ("*", "?") else len(month.split(",")) / 12
    return _values(minutes, 60) * _values(hours, 24) * days * months


def _values(field: str, every: int) -> int:
    return every if field in ("*", "?") else len(field.split(","))


def _schedules(recorder: Recorder) -> list[Recorded]:
    return recorder.all("aws:scheduler/schedule:Schedule")


def _invocations(recorder: Recorder, traffic: Traffic) -> dict[str, float]:
    """Return each function's invocations: as if nothing came in batches, which is the most."""
    known = {
        "create-user": traffic.users,
        "get-user": traffic.requests - traffic.users,
        "queue-welcome": traffic.users,
        "send-email": traffic.sent,
        "process-upload": traffic.uploads,
    }
    for schedule in _schedules(recorder):
        function = schedule.inputs["target"]["arn"].rpartition(":")[2].removesuffix("-live")
        known[function] = runs(schedule.inputs["scheduleExpression"])
    return {f.name: known.get(f.name, 0) for f in recorder.all("aws:lambda/function:Function")}


def _data(traffic: Traffic) -> Iterator[Usage]:
    writes = (
        traffic.users * _WRITES_OF_A_USER
        + traffic.emails * _WRITES_OF_AN_EMAIL
        + traffic.uploads * _WRITES_OF_AN_UPLOAD
    ) * ITEM_KB
    yield Usage("dynamodb", "write_unit", writes, "writes")
    yield Usage("dynamodb", "read_unit", traffic.requests - traffic.users, "reads")
    yield Usage("dynamodb", "gb_month", traffic.table_gb, "tables")
    yield Usage("dynamodb", "backup_gb_month", traffic.table_gb, "point-in-time recovery")
    yield Usage("s3", "put", traffic.uploads * (1 + _FILES_WRITTEN), "files written")
    yield Usage("s3", "get", traffic.uploads, "files read")
    yield Usage("s3", "gb_month", traffic.stored_gb, "files kept")
    yield Usage("ses", "email", traffic.sent, "e-mails")


def _queues(recorder: Recorder, traffic: Traffic) -> Iterator[Usage]:
    mappings = recorder.all("aws:lambda/eventSourceMapping:EventSourceMapping")
    polled = [m for m in mappings if "startingPosition" not in m.inputs]  # of queues, not streams
    yield Usage("sqs", "request", traffic.sent * _MESSAGE_REQUESTS, "messages")
    yield Usage("sqs", "request", len(polled) * _POLLERS * HOURS * 3_600 / 20, "Lambda's polling")


def _watching(recorder: Recorder, traffic: Traffic, invocations: float) -> Iterator[Usage]:
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


def _standing(recorder: Recorder, traffic: Traffic) -> Iterator[Usage]:
    """Yield what costs by the month, whether it is used or not."""
    images = sum(
        _kept(policy) for policy in recorder.all("aws:ecr/lifecyclePolicy:LifecyclePolicy")
    )
    yield Usage("ecr", "gb_month", images * IMAGE_GB, "images, as many as are kept")
    if keys := len(recorder.all("aws:kms/key:Key")):
        yield Usage("kms", "key", keys, "keys")
        # S3 asks once for each bucket key, DynamoDB once in five minutes: what is left is SQS.
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
