"""``GET /users/{id}`` over HTTP."""

from local.cloud import Cloud
from tests.support.e2e.system import Api


def test_a_user_who_was_created_is_read(api: Api) -> None:
    user = api.new_user(
        "'; DROP TABLE users; -- {{7*7}}${jndi:ldap://x} <script> ../.. $(reboot) %s%n"
    )
    read = api("GET", f"/users/{user['id']}")
    assert (read.status, read.body) == (200, user)


def test_who_is_not_there_is_not_found(api: Api) -> None:
    for user_id in ("nobody", "user_00000000000000000000000000", "email%23abc"):
        answer = api("GET", f"/users/{user_id}")
        assert (answer.status, answer.body) == (404, {"error": "User not found"})


def test_the_guard_of_an_address_cannot_be_read(api: Api, cloud: Cloud) -> None:
    api.new_user()
    items = cloud.client("dynamodb").scan(TableName=cloud.outputs["dynamodb_table_name"])["Items"]
    guard = next(item["id"]["S"] for item in items if item["id"]["S"].startswith("email#"))
    assert api("GET", f"/users/{guard.replace('#', '%23')}").status == 404
