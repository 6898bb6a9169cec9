"""Has the function do all that it is allowed to do."""

from local.cloud import Cloud
from tests.support.e2e.asking import ask
from tests.support.e2e.system import Api, address

CREATE = """
mutation Create($input: CreateUserInput!, $key: String) {
  createUser(input: $input, idempotencyKey: $key) { replayed user { id name email created } }
}
"""
READ = "query Read($id: ID!) { user(id: $id) { id name email created } }"


def run(cloud: Cloud, api: Api) -> None:
    new = {"name": "Ada Lovelace", "email": address()}
    created = ask(cloud, api, CREATE, input=new, key=new["email"])["data"]["createUser"]
    assert not created["replayed"]
    answer = ask(cloud, api, READ, id=created["user"]["id"])
    assert answer == {"data": {"user": created["user"]}}
