"""What callers do, and what they find stored."""

from typing import Any

from tests.support.e2e.system import Answer, Api, address
from tests.support.faults.world import World


def persist(api: Api, body: Any, key: str) -> Answer:
    """Send as a client does that knows its trade: again where nothing was done, or nobody knows.

    That is after no answer, after 503, and after what the gateway says of a function that died.
    AWS's gateway answers 504 after 29 seconds; the emulator keeps the caller waiting.
    """
    for _ in range(20):
        try:
            answer = api("POST", "/users", body, {"Idempotency-Key": key})
        except (ConnectionError, TimeoutError):
            continue
        if answer.status not in (502, 503, 504):
            return answer
        assert answer.status != 503 or int(answer.headers["retry-after"]) >= 1
    raise AssertionError("no answer in 20 attempts")


def new_user(world: World) -> dict[str, str]:
    """Create a user with an address of their own."""
    email = address()
    user: dict[str, str] = persist(world.api, {"name": "Ada", "email": email}, email).body["user"]
    return user


def stored(world: World, email: str) -> list[str]:
    """Return the ids of the users with an address."""
    return [
        item["id"]["S"]
        for item in world.items(world.users)
        if item.get("email", {}).get("S") == email
    ]


def welcomed(world: World, user_id: str) -> bool:
    item = world.item(world.users, user_id)
    assert item is not None
    return "welcomed" in item
