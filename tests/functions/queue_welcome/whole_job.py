"""Has the function do all that it is allowed to do."""

from local.cloud import Cloud
from tests.support.e2e.system import Api, until, welcomed


def run(cloud: Cloud, api: Api) -> None:
    user = api.new_user()
    until(lambda: welcomed(cloud, user["id"]))
