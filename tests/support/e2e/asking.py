"""Asks the GraphQL API of a running system."""

import json
import urllib.request
from typing import Any

from local.cloud import Cloud
from tests.support.e2e.system import Api


def ask(cloud: Cloud, api: Api, query: str, *, trace: str | None = None, **variables: Any) -> Any:
    """Return what the GraphQL API answers: ``data``, and ``errors`` if there are any.

    Args:
        cloud: whose API it is.
        api: the REST API, with the token that is sent, if there is one.
        query: a document of GraphQL.
        trace: the header ``X-Amzn-Trace-Id``, if the caller chooses it.
        variables: the query's.
    """
    if api.authorization:
        credentials = {"Authorization": api.authorization}
    else:
        credentials = {"x-api-key": cloud.outputs["graphql_api_key"]}
    request = urllib.request.Request(
        cloud.outputs["graphql_url"],
        data=json.dumps({"query": query, "variables": variables}).encode(),
        headers={
            "Content-Type": "application/json",
            **credentials,
            **({"X-Amzn-Trace-Id": trace} if trace else {}),
        },
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)
