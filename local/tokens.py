"""Gets access tokens for the API from the local cloud's user pool."""

import base64
import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from local.errors import LocalError, NotRunning, WrongUsage

_NEEDED = ("token_endpoint", "client_id", "client_secret")


def fetch(outputs: Mapping[str, Any], scopes: str | None) -> str:
    """Return a token, requested as programs do: by client credentials.

    Args:
        outputs: the stack's.
        scopes: separated by spaces; None for all that the client may have.

    Raises:
        LocalError: the stack's API requires no token, or this one was refused.
    """
    if missing := [name for name in _NEEDED if name not in outputs]:
        raise LocalError(
            f"The stack has no output `{missing[0]}`, because its API requires no token. To "
            "require one, set `authorization: cognito` under `api` in Pulumi.<stack>.yaml, then: "
            "app up"
        )
    endpoint = urlsplit(outputs["token_endpoint"])
    # Encoded twice: https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
    pair = ":".join(quote_plus(outputs[name]) for name in ("client_id", "client_secret"))
    form = {"grant_type": "client_credentials", **({"scope": scopes} if scopes else {})}
    connection = http.client.HTTPConnection(endpoint.netloc, timeout=10)
    try:
        connection.request(
            "POST",
            endpoint.path,
            urlencode(form),
            {
                "Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}",
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )
        answer = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        raise NotRunning(
            f"The local cloud does not answer at {endpoint.netloc}. Start it again: app up"
        ) from None
    finally:
        connection.close()
    if "access_token" not in answer:
        raise WrongUsage(
            f"There is no token for {scopes or 'all scopes'}: {answer.get('error', answer)}. A "
            "scope begins with the resource server's identifier, such as project/users.read."
        )
    return str(answer["access_token"])
