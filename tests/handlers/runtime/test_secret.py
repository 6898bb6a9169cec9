"""A secret is read when it is needed, kept for a while, and read again when it is refused."""

from typing import Any

import pytest

from handlers.runtime.secret import KEPT_SECONDS, Missing, Secret
from tests.support.fakes import client_error


class World:
    """Secrets Manager, a clock, and what was asked."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.values: list[Any] = []
        self.asked: list[str] = []
        self.secret = Secret(lambda: self, "arn", now=lambda: self.now)

    def get_secret_value(self, **arguments: str) -> dict[str, str]:
        self.asked.append(arguments["SecretId"])
        value = self.values.pop(0)
        if isinstance(value, Exception):
            raise value
        return {"SecretString": value}


@pytest.fixture
def world() -> World:
    return World()


def test_nothing_is_read_before_it_is_needed(world: World) -> None:
    assert world.asked == []


def test_a_value_is_kept_for_a_while(world: World) -> None:
    world.values = [" old\n", "new"]
    assert world.secret.value() == "old"
    world.now += KEPT_SECONDS - 1
    assert world.secret.value() == "old"
    assert world.asked == ["arn"]
    world.now += 1
    assert world.secret.value() == "new"
    assert world.asked == ["arn", "arn"]


def test_a_clock_that_was_set_back_keeps_no_value_for_ever(world: World) -> None:
    world.values = ["old", "new"]
    world.secret.value()
    world.now -= 3_600
    assert world.secret.value() == "new"


def test_an_old_value_serves_while_secrets_manager_fails(world: World) -> None:
    world.values = ["old", client_error("InternalServiceError", status=500), "new"]
    world.secret.value()
    world.now += KEPT_SECONDS
    assert world.secret.value() == "old"
    assert world.secret.value() == "new"


def test_without_any_value_a_failure_is_raised(world: World) -> None:
    world.values = [client_error("ThrottlingException")]
    with pytest.raises(type(client_error("x"))):
        world.secret.value()


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "AccessDeniedException"])
@pytest.mark.parametrize("kept", [False, True])
def test_a_secret_that_is_gone_is_not_used(world: World, code: str, kept: bool) -> None:
    if kept:
        world.values = ["old"]
        world.secret.value()
        world.now += KEPT_SECONDS
    world.values = [client_error(code)]
    with pytest.raises(Missing) as missing:
        world.secret.value()
    assert str(missing.value) == code


@pytest.mark.parametrize("value", ["", " \n"])
def test_an_empty_text_is_no_value(world: World, value: str) -> None:
    world.values = [value]
    with pytest.raises(Missing, match=r"^NoText$"):
        world.secret.value()


def test_a_refused_value_is_read_again(world: World) -> None:
    world.values = ["old", "old", "new"]
    world.secret.value()
    assert world.secret.newer_than("old") is None
    assert world.secret.newer_than("old") == "new"
    assert world.secret.newer_than("old") == "new"  # another thread's or message's reading serves
    assert len(world.asked) == 3
    assert world.secret.value() == "new"
