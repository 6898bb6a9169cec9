"""User pools, their scopes, clients and domains: where callers get tokens."""

from typing import Any

from local.resources.names import pascal, present
from local.resources.registry import ANEW, resource
from local.resources.request import Request, ResourceState

_IMMUTABLE = "name usernameAttributes usernameConfiguration"


def _update_user_pool(request: Request) -> ResourceState:
    """Set what can be set of a pool that has users."""
    request.client("cognito-idp").update_user_pool(UserPoolId=request.id, **_pool_settings(request))
    _set_second_factor(request, request.id)
    return request.unchanged()


@resource(
    "aws:cognito/userPool:UserPool",
    passes=(
        "name accountRecoverySetting adminCreateUserConfig autoVerifiedAttributes "
        "deletionProtection mfaConfiguration passwordPolicy softwareTokenMfaConfiguration "
        "userPoolTier usernameAttributes usernameConfiguration"
    ),
    update=_update_user_pool,
    fixed=_IMMUTABLE,
    holds="its users",
    delete=lambda request: request.client("cognito-idp").delete_user_pool(UserPoolId=request.id),
)
def user_pool(request: Request) -> ResourceState:
    """Make a user pool; its second factor is set by a separate call, as in AWS's API.

    The emulator (1.5.33) knows of ``adminCreateUserConfig`` and lets people sign up all the same;
    its sign-in page asks for no second factor.
    """
    cognito = request.client("cognito-idp")
    name = request.physical_name(128)
    pool = cognito.create_user_pool(
        PoolName=name,
        **_pool_settings(request),
        **present(
            UsernameAttributes=request.get("usernameAttributes"),
            UsernameConfiguration=_pascal(request, "usernameConfiguration"),
        ),
    )["UserPool"]
    if request.get("mfaConfiguration", "OFF") != "OFF":
        _set_second_factor(request, pool["Id"])
    region = request.target.aws.region
    return ResourceState(
        pool["Id"],
        {
            "name": name,
            "arn": pool["Arn"],
            "endpoint": f"cognito-idp.{region}.amazonaws.com/{pool['Id']}",
        },
    )


def _pool_settings(request: Request) -> dict[str, Any]:
    policy = request.get("passwordPolicy")
    return present(
        AccountRecoverySetting=_pascal(request, "accountRecoverySetting"),
        AdminCreateUserConfig=_pascal(request, "adminCreateUserConfig"),
        AutoVerifiedAttributes=request.get("autoVerifiedAttributes"),
        DeletionProtection=request.get("deletionProtection"),
        Policies=policy and {"PasswordPolicy": pascal(policy)},
        UserPoolTier=request.get("userPoolTier"),
    )


def _set_second_factor(request: Request, pool: str) -> None:
    request.client("cognito-idp").set_user_pool_mfa_config(
        UserPoolId=pool,
        MfaConfiguration=request.get("mfaConfiguration", "OFF"),
        **present(SoftwareTokenMfaConfiguration=_pascal(request, "softwareTokenMfaConfiguration")),
    )


@resource(
    "aws:cognito/resourceServer:ResourceServer",
    passes="identifier name userPoolId scopes",
    update=ANEW,
    fixed="identifier userPoolId",
    delete=lambda request: request.client("cognito-idp").delete_resource_server(
        UserPoolId=request.require("userPoolId"), Identifier=request.require("identifier")
    ),
)
def resource_server(request: Request) -> ResourceState:
    """Make a resource server with its scopes."""
    identifier = request.require("identifier")
    scopes = request.get("scopes", [])
    name = request.physical_name(256)
    request.client("cognito-idp").create_resource_server(
        UserPoolId=request.require("userPoolId"),
        Identifier=identifier,
        Name=name,
        Scopes=pascal(scopes),
    )
    return ResourceState(
        f"{request.require('userPoolId')}|{identifier}",
        {
            "name": name,
            "scopeIdentifiers": [f"{identifier}/{scope['scopeName']}" for scope in scopes],
        },
    )


def _remember_address(request: Request, _state: ResourceState) -> None:
    target = request.target
    address = f"https://{request.require('domain')}.auth.{target.aws.region}.amazoncognito.com"
    target.addresses[address] = target.aws.endpoint


@resource(
    "aws:cognito/userPoolDomain:UserPoolDomain",
    passes="userPoolId domain managedLoginVersion",
    update=ANEW,
    delete=lambda request: request.client("cognito-idp").delete_user_pool_domain(
        UserPoolId=request.require("userPoolId"), Domain=request.require("domain")
    ),
    note=_remember_address,
)
def user_pool_domain(request: Request) -> ResourceState:
    """Make a pool's domain; no name on this machine resolves to it.

    The emulator serves all pools' ``/oauth2/…`` and ``/login`` at its own address, and tells them
    apart by the client: outputs that name the domain name that address instead.
    """
    domain = request.require("domain")
    request.client("cognito-idp").create_user_pool_domain(
        UserPoolId=request.require("userPoolId"),
        Domain=domain,
        **present(ManagedLoginVersion=request.get("managedLoginVersion")),
    )
    return ResourceState(domain, {"version": "1"})


_CLIENT = {
    "accessTokenValidity": "AccessTokenValidity",
    "allowedOauthFlows": "AllowedOAuthFlows",
    "allowedOauthFlowsUserPoolClient": "AllowedOAuthFlowsUserPoolClient",
    "allowedOauthScopes": "AllowedOAuthScopes",
    "callbackUrls": "CallbackURLs",
    "enableTokenRevocation": "EnableTokenRevocation",
    "explicitAuthFlows": "ExplicitAuthFlows",
    "generateSecret": "GenerateSecret",
    "idTokenValidity": "IdTokenValidity",
    "logoutUrls": "LogoutURLs",
    "preventUserExistenceErrors": "PreventUserExistenceErrors",
    "refreshTokenValidity": "RefreshTokenValidity",
    "supportedIdentityProviders": "SupportedIdentityProviders",
}


def _update_client(request: Request) -> ResourceState:
    """Set what can be set of a client; it keeps its id and its secret."""
    settings = _client_settings(request)
    settings.pop("GenerateSecret", None)
    request.client("cognito-idp").update_user_pool_client(ClientId=request.id, **settings)
    return request.unchanged()


@resource(
    "aws:cognito/userPoolClient:UserPoolClient",
    passes=f"name userPoolId tokenValidityUnits {' '.join(_CLIENT)}",
    update=_update_client,
    fixed="name userPoolId generateSecret",
    delete=lambda request: request.client("cognito-idp").delete_user_pool_client(
        UserPoolId=request.require("userPoolId"), ClientId=request.id
    ),
)
def user_pool_client(request: Request) -> ResourceState:
    """Make a client of a pool."""
    name = request.physical_name(128)
    client = request.client("cognito-idp").create_user_pool_client(**_client_settings(request))[
        "UserPoolClient"
    ]
    return ResourceState(
        client["ClientId"], {"name": name, "clientSecret": client.get("ClientSecret", "")}
    )


def _client_settings(request: Request) -> dict[str, Any]:
    return {
        "UserPoolId": request.require("userPoolId"),
        "ClientName": request.physical_name(128),
        **present(
            TokenValidityUnits=_pascal(request, "tokenValidityUnits"),
            **{theirs: request.get(ours) for ours, theirs in _CLIENT.items()},
        ),
    }


def _pascal(request: Request, name: str) -> Any:
    value = request.get(name)
    return None if value is None else pascal(value)
