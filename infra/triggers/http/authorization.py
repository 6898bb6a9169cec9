"""What a caller of a REST API must show: nothing, an API key, or a token with a scope."""

from dataclasses import dataclass
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from infra.access.callers import Callers
from infra.config.api import Api
from infra.triggers.http.model import JsonObject
from infra.triggers.http.part import Part, part

TOKEN = "Token"  # noqa: S105 (a name)
"""The security scheme, in OpenAPI's words, by which an operation names its scope."""

HEADERS = {"none": "", "api_key": "X-Api-Key", "cognito": "Authorization"}
"""The header that a browser must be allowed to send, by ``api.authorization``."""


class Demands(TypedDict):
    """What one method asks for; arguments of ``apigateway.Method``."""

    authorization: str
    authorizer_id: pulumi.Output[str] | None
    authorization_scopes: list[str] | None
    api_key_required: bool


@dataclass(frozen=True, kw_only=True)
class AuthorizationArgs:
    """The API, and whose tokens it takes."""

    api: aws.apigateway.RestApi
    config: Api
    callers: Callers


class Authorization:
    """What the methods of one API ask for, by ``api.authorization``; for tokens an authorizer.

    The gateway itself checks a token's signature, issuer, time and scope, before any function runs.
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
        """Return what the method of an operation asks for.

        Raises:
            ValueError: tokens are asked for, and the operation names no scope, or an unknown one.
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
    """Return the scopes of which a token needs one, by the operation's ``security``.

    Raises:
        ValueError: it names none: the gateway would take any token of the pool, even those that
            say who a person is and nothing of what they may do. Or one alternative names several,
            which OpenAPI takes for all of them, and the gateway for any.
    """
    named = [
        requirement[TOKEN] for requirement in operation.get("security", ()) if TOKEN in requirement
    ]
    if not named or any(len(alternative) != 1 for alternative in named):
        raise ValueError(
            f"the operation {operation.get('operationId')!r} has `security` "
            f"{operation.get('security')!r}; where tokens are asked for, it must name one scope in "
            f'each alternative, such as [{{"{TOKEN}": ["users.read"]}}]'
        )
    return [alternative[0] for alternative in named]
