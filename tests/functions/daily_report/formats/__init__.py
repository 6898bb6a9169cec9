"""Samples of what ``daily-report`` writes."""

import json
from datetime import date

from handlers.daily_report.figures import Figures
from handlers.daily_report.reports import Reports
from tests.functions.daily_report.fakes import Bucket
from tests.support.formats import Samples

DAY = date(2026, 11, 23)
FIGURES = Figures(day=DAY, users=12, files={"copied": 1, "resized": 5}, emails={"welcome": 12})


def written() -> Samples:
    """Return the samples of this version."""
    bucket = Bucket()
    Reports(s3=bucket, bucket="bucket").write(FIGURES, "<p>")
    reports = {key: json.loads(bucket.objects[key]) for key in bucket.objects if "json" in key}
    return {"objects": reports}
