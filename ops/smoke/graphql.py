"""The GraphQL API: it finds what the REST API has created, and nothing else."""

from collections.abc import Mapping

from ops.smoke.answers import came, expect
from ops.smoke.api import Api
from ops.smoke.errors import Failed

_READ = "query Read($id: ID!) { user(id: $id) { id name email created } }"


def ask(graphql: Api, user: Mapping[str, str]) -> None:
    """Ask for a user, and for one that does not exist.

    Args:
        graphql: the GraphQL API, with credentials.
        user: as the REST API has created them.

    Raises:
        Failed: an answer is not the expected one.
    """
    found = graphql("POST", "", {"query": _READ, "variables": {"id": user["id"]}})
    expect(found, 200, {"data": {"user": dict(user)}})
    nobody = expect(graphql("POST", "", {"query": _READ, "variables": {"id": "nobody"}}), 200)
    match nobody.body:
        case {"errors": [{"errorType": "not_found"}]}:
            return
    raise Failed(f"expected the error `not_found`; {came(nobody)}")
