"""Has the function do all that it is allowed to do."""

from local.cloud import Cloud
from tests.support.e2e.erasing import erase
from tests.support.e2e.system import Api


def run(_: Cloud, api: Api) -> None:
    erase(api, api.new_user()["id"])
