"""Requesting the erasure of a user: from the request to the response.

Outcomes: ``running``, ``restarted`` (it had failed), ``done`` (before), ``not_found``.
"""

from handlers.domain.erasure import State
from handlers.domain.erasure_store import ErasureStore
from handlers.runtime import http, trace
from handlers.runtime.caller import caller
from handlers.runtime.executions import Executions
from handlers.runtime.log import outcome


def request_erasure(
    event: http.Event, *, erasures: ErasureStore, executions: Executions
) -> http.Response:
    """Answer a request to erase a user.

    Whatever was interrupted before, a repeated request completes it: the erasure is stored once,
    and its execution has a name of its own, so it is started once. One that failed is started
    again, under the next name.

    Args:
        event: API Gateway's proxy event. Its path parameter ``id`` is the user's.
        erasures: stores the erasure.
        executions: of the state machine that erases users.
    """
    erasure = erasures.begin(http.path_parameter(event, "id"), caller(event))
    if erasure is None:
        return http.refuse(404, "not_found", "User not found")
    state: State = "done"
    restarted = False
    if erasure.done is None:
        given = {"erasure": erasure.id, "trace": trace.current() or ""}
        state = executions.start(erasure.execution, given)
        if restarted := state == "failed":
            erasure = erasures.again(erasure)
            state = executions.start(erasure.execution, given)
    outcome("restarted" if restarted else state, status=202, erasure_id=erasure.id)
    # Relative to the request's own address, whose beginning depends on the stage or the domain.
    address = {"Location": f"../erasures/{erasure.id}"}
    return http.respond(202, erasure.shown(state), headers=address)
