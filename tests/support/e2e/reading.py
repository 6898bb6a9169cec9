"""A route that reads what a user has. Any will do: a team may have removed one of them."""

import json

from blueprint.project import ROOT

_PATHS = json.loads((ROOT / "openapi.json").read_text())["paths"]
_OF_A_USER = sorted(
    path
    for path, item in _PATHS.items()
    if "get" in item and path.count("{") == 1 and "/users/" in path
)
_SECURITY = _PATHS[_OF_A_USER[0]]["get"]["security"]

SCOPE: str = next(need["Token"][0] for need in _SECURITY if "Token" in need)
"""What a token needs for the route."""


def path_of(user: str) -> str:
    """Return the path to ask for what a user has."""
    return _OF_A_USER[0].replace("{id}", user)
