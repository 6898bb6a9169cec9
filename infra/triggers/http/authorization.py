"""Authorization of a REST API: none, an API key, or a token with a scope."""

from dataclasses import dataclass
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from infra.access.callers import Callers
from infra.config.api import Api
from infra.triggers.http.model import JsonObject
from infra.triggers.http.part import Part, part

TOKEN = "Token"  # noqa: S105 (a name)
"""The OpenAPI security scheme with which an operation names its scope."""

HEADERS = {"none": "", "api_key": "X-Api-Key", "cognito": "Authorization"}
"""The header with the credentials, by ``api.authorization``."""


class Demands(TypedDict):
    """The authorization of one method: arguments of ``apigateway.Method``."""

    authorization: str
    authorizer_id: pulumi.Output[str] | None
    authorization_scopes: list[str] | None
    api_key_required: bool


@dataclass(frozen=True, kw_only=True)
class AuthorizationArgs:
    """The API, and the callers whose tokens it accepts."""

    api: aws.apigateway.RestApi
    config: Api
    callers: Callers


class Authorization:
    """The authorization of an API's methods, by ``api.authorization``; for tokens an authorizer.

    The gateway checks a token's signature, issuer, time and scope before any function runs.
    """

    def __init__(self, name: str, args: AuthorizationArgs, opts: pulumi.ResourceOptions) -> None:
        self._config = args.config
        self._callers = args.callers
        self.parts: list[Part[aws.apigateway.Authorizer]] = []
        if args.callers.pool_arn is not None:
            authorizer = part(
                aws.apigateway.Authorizer,
                f"{name}-authorizer",
                aws.apigateway.AuthorizerArgs(
                    rest_api=args.api.id,
                    type="COGNITO_USER_POOLS",
                    provider_arns=[args.callers.pool_arn],
                    identity_source="method.request.header.Authorization",
                    # A cached verdict (for 300 s by default) may outlive its token.
                    authorizer_result_ttl_in_seconds=0,
                ),
                opts,
            )
            self.parts.append(authorizer)

    def demands(self, operation: JsonObject) -> Demands:
        """Return the authorization of an operation's method.

        Raises:
            ValueError: the API requires tokens, and the operation names no or an unknown scope.
        """
        if not self.parts:
            return {
                "authorization": "NONE",
                "authorizer_id": None,
                "authorization_scopes": None,
                "api_key_required": self._config.authorization == "api_key",
            }
        return {
            "authorization": "COGNITO_USER_POOLS",
            "authorizer_id": self.parts[0].resource.id,
            "authorization_scopes": [self._callers.scope(s) for s in scopes(operation)],
            "api_key_required": False,
        }


def scopes(operation: JsonObject) -> list[str]:
    """Return the scopes of an operation's ``security``, of which a token needs one.

    Raises:
        ValueError: there is none: the gateway would then accept any token of the pool, even an id
            token. Or one alternative names several scopes: in OpenAPI that requires all of them,
            but the gateway accepts any of them.
    """
    named = [
        requirement[TOKEN] for requirement in operation.get("security", ()) if TOKEN in requirement
    ]
    if not named or any(len(alternative) != 1 for alternative in named):
        raise ValueError(
            f"the operation {operation.get('operationId')!r} has `security` "
            f"{operation.get('security')!r}; where tokens are asked for, it must name one scope in "
            f'each alternative, such as [{{"{TOKEN}": ["items.read"]}}]'
        )
    return [alternative[0] for alternative in named]
