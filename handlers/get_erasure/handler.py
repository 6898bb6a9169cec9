"""``GET /erasures/{id}``: returns the progress of a user's erasure.

Outcomes: those of ``get_erasure``, and ``busy`` and ``failed`` of ``http.serve``.
"""

from dataclasses import dataclass

from handlers.domain.erasure_store import ErasureStore
from handlers.get_erasure.get_erasure import get_erasure
from handlers.runtime import aws, http
from handlers.runtime.entrypoint import entrypoint
from handlers.runtime.executions import Executions


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The function's environment variables."""

    erasures_table: str
    state_machine: str
    cors_origins: str


def dependencies(settings: Settings) -> tuple[ErasureStore, Executions, str]:
    """Return the erasures, the executions that erase, and the allowed CORS origins."""
    dynamodb = aws.client("dynamodb", read_timeout=2, attempts=2)  # several calls in 20 s
    states = aws.client("stepfunctions", read_timeout=2, attempts=2)
    return (
        ErasureStore(dynamodb, settings.erasures_table),
        Executions(states, settings.state_machine),
        settings.cors_origins,
    )


@entrypoint(Settings, dependencies)
def handler(
    event: http.Event,
    _context: object,
    erasures: ErasureStore,
    executions: Executions,
    cors_origins: str,
) -> http.Response:
    """Answer API Gateway."""
    return http.serve(
        event,
        lambda: get_erasure(event, erasures=erasures, executions=executions),
        failed="Failed to get the erasure",
        cors_origins=cors_origins,
    )
