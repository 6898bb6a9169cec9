"""Has the function do all that it is allowed to do."""

from local.cloud import Cloud
from tests.support.e2e.system import Api, invoke


def run(cloud: Cloud, api: Api) -> None:
    api.new_user()
    answer = invoke(cloud, "recount", {})
    assert set(answer) == {"days"}, answer
