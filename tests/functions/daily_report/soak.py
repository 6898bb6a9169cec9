"""Tells a soak how to run this function and how to count its reports."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from checks.chaos.soak.inputs import CYCLE
from local.cloud import Cloud

TWICE = True

_DAYS = 60
_PREFIX, _SUFFIX = "reports/", ".json"


def prepare(_: Cloud, __: int, slot: int) -> tuple[dict[str, Any], str]:
    """Return the event of a past schedule, and the day of its report."""
    moment = datetime.now(UTC) - timedelta(days=1 + slot // CYCLE % _DAYS)
    return {"time": f"{moment:%Y-%m-%dT%H:%M:%SZ}"}, f"{moment - timedelta(days=1):%Y-%m-%d}"


def effects(cloud: Cloud, _: Iterable[str]) -> Counter[str]:
    """Count how often each day's report was written."""
    pages = cloud.client("s3").get_paginator("list_object_versions")
    keys = (
        version["Key"]
        for page in pages.paginate(Bucket=cloud.outputs["s3_bucket_name"], Prefix=_PREFIX)
        for version in page.get("Versions", ())
    )
    return Counter(key[len(_PREFIX) : -len(_SUFFIX)] for key in keys if key.endswith(_SUFFIX))


def pending(_: Cloud) -> int:
    """Return 0: each report has its own event."""
    return 0


def pass_time(_: Cloud) -> None:
    """Do nothing: no report waits."""
