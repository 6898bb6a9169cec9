"""Reading an erasure: from the request to the response.

Outcomes: ``found``, ``not_found``.
"""

from handlers.domain.erasure import State
from handlers.domain.erasure_store import ErasureStore
from handlers.runtime import http
from handlers.runtime.caller import caller
from handlers.runtime.executions import Executions
from handlers.runtime.log import outcome


def get_erasure(
    event: http.Event, *, erasures: ErasureStore, executions: Executions
) -> http.Response:
    """Answer a request for an erasure.

    Args:
        event: API Gateway's proxy event, with the path parameter ``id``.
        erasures: finds the erasure.
        executions: of the state machine that erases users; they tell whether it still runs.
    """
    erasure = erasures.get(http.path_parameter(event, "id"), caller(event))
    if erasure is None:
        return http.refuse(404, "not_found", "Erasure not found")
    state: State = "done"
    if erasure.done is None:
        state = executions.status(erasure.execution)
        if state == "done":  # since the item was read
            erasure = erasures.read(erasure.id)
    outcome("found", status=200, erasure_id=erasure.id)
    return http.respond(200, erasure.shown(state))
