"""Access tokens for the API, from the local cloud's user pool, by the program's client."""

import base64
import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from local.errors import LocalError, NotRunning

_NEEDED = ("token_endpoint", "client_id", "client_secret")


def fetch(outputs: Mapping[str, Any], scopes: str | None) -> str:
    """Get a token as programs do: by client credentials.

    Args:
        outputs: the stack's.
        scopes: separated by blanks; None for all that the client may have.

    Raises:
        LocalError: the stack's API asks for no tokens, or this one was refused.
    """
    if missing := [name for name in _NEEDED if name not in outputs]:
        raise LocalError(
            f"The stack has no output `{missing[0]}`, for its API asks for no tokens. Set "
            "`authorization: cognito` under `serverless-app:api` in Pulumi.<stack>.yaml, then "
            "`up` again."
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
    except OSError:
        raise NotRunning(
            f"Nothing answers at {endpoint.netloc}: the local cloud is gone."
        ) from None
    finally:
        connection.close()
    if "access_token" not in answer:
        raise LocalError(
            f"No token for {scopes or 'all scopes'}: {answer.get('error', answer)}. A scope begins "
            "with the resource server's identifier, such as serverless-app/users.read."
        )
    return str(answer["access_token"])
