"""The GraphQL API of a running system."""

import json
import shlex
import subprocess
from typing import Any
from urllib.error import HTTPError

import pytest

from blueprint.project import ROOT
from local.cloud import Cloud
from tests.functions.resolve_users.whole_job import CREATE, READ
from tests.support.documents import code
from tests.support.e2e.asking import ask
from tests.support.e2e.clouds import api, cloud
from tests.support.e2e.system import Api, address, log_records, until

__all__ = ["api", "cloud"]

DOCUMENT = ROOT / "docs" / "graphql.md"


def test_the_commands_of_the_document_work(cloud: Cloud, api: Api) -> None:
    """They are run as they are, but for the address and the id, which are others each time."""
    outputs = {name: cloud.outputs[name] for name in ("graphql_url", "graphql_api_key")}
    values = " ".join(f"{name}) echo {shlex.quote(value)};;" for name, value in outputs.items())
    shim = f"app() {{ case $2 in {values} esac; }}; "
    [block] = [each for each in code(DOCUMENT) if "graphql_api_key)" in each and "curl" in each]
    create, read = (f"curl{each}" for each in block.split("curl")[1:])

    def run(command: str) -> Any:
        done = subprocess.run(
            ["bash", "-euc", shim + command], check=True, capture_output=True, text=True
        )
        return json.loads(done.stdout)

    assert "ada@example.com" in create
    created = run(create.replace("ada@example.com", address()))["data"]["createUser"]["user"]
    assert "USER" in read
    found = run(read.replace("USER", created["id"]))
    assert found == {"data": {"user": {"name": "Ada", "uploads": {"edges": []}}}}


def test_what_does_not_exist_has_the_code_of_rest(cloud: Cloud, api: Api) -> None:
    answer = ask(cloud, api, READ, id="user_unknown")
    assert answer["data"] == {"user": None}
    [error] = answer["errors"]
    assert (error["errorType"], error["message"]) == ("not_found", "User not found")
    assert error["path"] == ["user"]


def test_both_apis_share_users_and_keys(cloud: Cloud, api: Api) -> None:
    new, key = {"name": "Ada Lovelace", "email": address()}, address()
    by_rest = api("POST", "/users", new, {"Idempotency-Key": key}).body["user"]
    again = ask(cloud, api, CREATE, input=new, key=key)["data"]["createUser"]
    assert again == {"replayed": True, "user": by_rest}
    taken = ask(cloud, api, CREATE, input=new, key=None)["errors"][0]
    assert taken["errorType"] == "email_taken"


def test_a_request_is_followed_by_the_id_that_its_caller_chose(cloud: Cloud, api: Api) -> None:
    root = "1-6922857f-0e1f2a3b4c5d6e7f80912a3b"
    user = api.new_user()["id"]
    ask(cloud, api, READ, trace=f"Root={root}", id=user)
    group = cloud.functions["resolve-users"].log_group
    until(lambda: [r for r in log_records(cloud.client("logs"), group) if r.get("trace") == root])


def test_what_cannot_be_parsed_is_refused(cloud: Cloud, api: Api) -> None:
    with pytest.raises(HTTPError, match="400") as refused:
        ask(cloud, api, "{")
    with refused.value as answer:
        assert json.load(answer)["errors"]


@pytest.mark.parametrize("query", ["{ nothing }", "{ user }"])
def test_what_the_schema_does_not_have_reaches_no_function(
    cloud: Cloud, api: Api, query: str
) -> None:
    answer = ask(cloud, api, query)
    assert answer["errors"][0]["errorType"] == "ValidationError"
