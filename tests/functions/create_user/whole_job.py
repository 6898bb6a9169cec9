"""Has the function do all that it is allowed to do."""

from local.cloud import Cloud
from tests.support.e2e.system import Api, address


def run(_: Cloud, api: Api) -> None:
    body = {"name": "Ada Lovelace", "email": address()}
    assert api("POST", "/users", body, {"Idempotency-Key": address()}).status == 201
