"""Has the function do all that it is allowed to do."""

from local.cloud import Cloud
from tests.support.e2e.system import Api


def run(_: Cloud, api: Api) -> None:
    answer = api("GET", f"/users/{api.new_user()['id']}/uploads")
    assert (answer.status, answer.body) == (200, {"uploads": []})
