"""Has the function do all that it is allowed to do."""

from local.cloud import Cloud
from tests.support.e2e.asking import ask
from tests.support.e2e.system import Api


def run(cloud: Cloud, api: Api) -> None:
    answer = ask(cloud, api, '{ activity(from: "2026-01-01", to: "2026-01-01") { day created } }')
    assert answer == {"data": {"activity": [{"day": "2026-01-01", "created": 0}]}}
