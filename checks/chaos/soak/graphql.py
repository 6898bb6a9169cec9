"""Sends what the REST API takes to the GraphQL API, and answers as the REST API would."""

import json
from typing import Any

from checks.chaos.soak.caller import Caller

_CREATE = """
mutation Create($input: CreateUserInput!, $key: String) {
  answer: createUser(input: $input, idempotencyKey: $key) { user { id } }
}
"""
_REQUEST = """
mutation Request($user: ID!, $input: RequestUploadInput!, $key: String) {
  answer: requestUpload(user: $user, input: $input, idempotencyKey: $key) {
    upload { id }
    form { url fields { name value } expires }
  }
}
"""
_OK = 200
_CREATED = 201
_STATUS = {
    "invalid": 400,
    "ValidationError": 400,
    "not_found": 404,
    "email_taken": 409,
    "too_large": 413,
    "key_reused": 422,
    "busy": 503,
}
_FAILED = 500
_USERS, _UPLOADS = "/users", "/uploads"


class GraphQLCaller(Caller):
    """Creates users and requests uploads by GraphQL; ``api_key`` lets it in."""

    def __init__(self, url: str, port: int, api_key: str) -> None:
        super().__init__(url, port)
        self._api_key = api_key

    def once(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[int | None, Any]:
        """Make one attempt by GraphQL, and return what the REST API would have answered."""
        variables: dict[str, Any] = {
            "input": json.loads(body or "{}"),
            "key": headers.get("Idempotency-Key"),
        }
        if path.endswith(_UPLOADS):
            variables["user"] = path.removeprefix(f"{_USERS}/").removesuffix(_UPLOADS)
        query = _REQUEST if "user" in variables else _CREATE
        sent = json.dumps({"query": query, "variables": variables})
        graphql_headers = {"Content-Type": "application/json", "x-api-key": self._api_key}
        status, content = super().once(method, "", sent, graphql_headers)
        return (status, content) if status != _OK else _as_rest(content)


def _as_rest(content: Any) -> tuple[int, Any]:
    """Return the status and the body with which the REST API would have answered."""
    if errors := content.get("errors"):
        return _STATUS.get(errors[0].get("errorType"), _FAILED), errors[0]
    answer = content["data"]["answer"]
    if form := answer.get("form"):
        form["fields"] = {field["name"]: field["value"] for field in form["fields"]}
    return _CREATED, answer
