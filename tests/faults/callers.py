"""What callers do, and what they find stored."""

from typing import Any

from system import Answer, Api
from world import World


def persist(api: Api, body: Any, key: str) -> Answer:
    """Send as a client does that knows its trade: again after no answer and after 503."""
    for _ in range(20):
        try:
            answer = api("POST", "/users", body, {"Idempotency-Key": key})
        except ConnectionError:
            continue
        if answer.status != 503:
            return answer
        assert int(answer.headers["retry-after"]) >= 1
    raise AssertionError("no answer in 20 attempts")


def stored(world: World, email: str) -> list[str]:
    """The ids of the users with an address."""
    return [
        item["id"]["S"]
        for item in world.items(world.users)
        if item.get("email", {}).get("S") == email
    ]


def welcomed(world: World, user_id: str) -> bool:
    item = world.item(world.users, user_id)
    assert item is not None
    return "welcomed" in item
