"""Has the function do all that it is allowed to do."""

from local.cloud import Cloud
from tests.support.e2e.listening import ticket
from tests.support.e2e.system import Api


def run(_: Cloud, api: Api) -> None:
    ticket(api)
