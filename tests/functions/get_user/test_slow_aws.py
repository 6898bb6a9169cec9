"""What the function answers when AWS is slow."""

from typing import Any

from tests.support.bad_server import LEAST, BadServer
from tests.support.invocations import invoke, server

__all__ = ["invoke", "server"]


def test_a_slow_answer_is_waited_for(invoke: Any, server: BadServer) -> None:
    server.behave = server.hang(0.4)
    assert invoke("get_user", seconds=LEAST + 1)["statusCode"] == 404
