"""Has the function do all that it is allowed to do."""

import uuid

from local.cloud import Cloud
from tests.support.e2e.erasing import erase
from tests.support.e2e.system import Api, address


def run(_: Cloud, api: Api) -> None:
    body = {"name": "Ada Lovelace", "email": address()}
    created = api("POST", "/users", body, {"Idempotency-Key": str(uuid.uuid4())})
    erase(api, created.body["user"]["id"])
    assert api("POST", "/users", body).status == 201  # the address is free
