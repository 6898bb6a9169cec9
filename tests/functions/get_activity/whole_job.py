"""Has the function do all that it is allowed to do."""

from local.cloud import Cloud
from tests.support.e2e.system import Api


def run(_: Cloud, api: Api) -> None:
    answer = api("GET", "/activity?from=2026-01-01&to=2026-01-01")
    assert (answer.status, [day["day"] for day in answer.body["days"]]) == (200, ["2026-01-01"])
