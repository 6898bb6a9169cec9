"""Has the function do all that it is allowed to do."""

import time

from handlers.runtime.clock import day
from local.cloud import Cloud
from tests.support.e2e.system import Api, until


def run(_: Cloud, api: Api) -> None:
    path = f"/activity?from={(today := day(time.time()))}&to={today}"
    before = api("GET", path).body["days"][0]["created"]
    api.new_user()
    until(lambda: api("GET", path).body["days"][0]["created"] > before)
