"""The OpenAPI operation of ``GET /activity``. The function does not import it."""

from typing import Any

import msgspec

from handlers.domain.activity import MOST_DAYS, Activity, DayFigures
from handlers.domain.api import RETRY_AFTER, response
from handlers.runtime.http import Error

_, _SCHEMAS = msgspec.json.schema_components((Activity, DayFigures), ref_template="{name}")
_SCHEMAS["Activity"]["properties"]["days"]["items"] = _SCHEMAS["DayFigures"]


def _day(name: str, description: str, example: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": True,
        "description": description,
        "schema": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
        "example": example,
    }


GET_ACTIVITY: dict[str, Any] = {
    "operationId": "getActivity",
    "summary": "Get figures by day",
    "description": (
        "Returns what happened on each day of a range, including days on which nothing happened. "
        f"An event counts within seconds. A range has at most {MOST_DAYS} days."
    ),
    "security": [{"Token": ["activity.read"]}],
    "parameters": [
        _day("from", "The first day, in UTC.", "2026-11-01"),
        _day("to", "The last day, in UTC; it is included.", "2026-11-30"),
    ],
    "responses": {
        "200": response("The figures.", _SCHEMAS["Activity"]),
        "400": response("`from` or `to` is not a day, or the range is empty or too long.", Error),
        "500": response("The figures could not be read.", Error),
        "503": response("The service is busy.", Error, RETRY_AFTER),
    },
}
