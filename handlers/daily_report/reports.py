"""The reports in the bucket: two objects for each day, never overwritten."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from botocore.exceptions import ClientError

from handlers.daily_report.figures import Figures, from_json, to_json
from handlers.runtime import trace

PREFIX = "reports/"

_NAME = re.compile(r"reports/(\d{4}-\d\d-\d\d)\.(json|html)")


@dataclass(frozen=True)
class Listing:
    """The reports that exist.

    Attributes:
        complete: days with a report in JSON, which is written last.
        first: the first day with a report, complete or not; the system existed by then.
    """

    complete: frozenset[date]
    first: date | None


@dataclass(frozen=True, kw_only=True)
class Reports:
    """Reports under ``reports/`` (``s3:ListBucket``, ``s3:GetObject``, ``s3:PutObject``)."""

    s3: Any
    bucket: str

    def listing(self) -> Listing:
        """Return the existing reports; it takes one call for each 500 days."""
        found: dict[str, set[date]] = {"json": set(), "html": set()}
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=PREFIX)
        for page in pages:
            for item in page.get("Contents", ()):
                if match := _NAME.fullmatch(item["Key"]):
                    try:
                        found[match[2]].add(date.fromisoformat(match[1]))
                    except ValueError:
                        continue  # 2026-13-01: not a report
        first = min(found["json"] | found["html"], default=None)
        return Listing(frozenset(found["json"]), first)

    def read(self, day: date) -> Figures:
        """Return one day's figures.

        Raises:
            Unreadable: the object does not have the format that ``write`` writes.
        """
        answer = self.s3.get_object(Bucket=self.bucket, Key=f"{PREFIX}{day}.json")
        return from_json(answer["Body"].read())

    def write(self, figures: Figures, page: str) -> bool:
        """Write one day's page, then its figures, which mark the day as complete.

        If a run ended between the two, its page stays and the figures follow. Both show the same,
        because the day was over.

        Returns:
            True if the figures were written, False if another run had written them.
        """
        self._put(figures.day, "html", page.encode(), "text/html; charset=utf-8")
        return self._put(figures.day, "json", to_json(figures), "application/json")

    def _put(self, day: date, extension: str, body: bytes, content_type: str) -> bool:
        try:
            self.s3.put_object(
                Bucket=self.bucket,
                Key=f"{PREFIX}{day}.{extension}",
                Body=body,
                ContentType=content_type,
                Metadata=trace.named(str),
                IfNoneMatch="*",
            )
        except ClientError as error:
            # This error is not among the operation's modelled ones.
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
            return False
        return True
