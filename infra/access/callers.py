"""The user pool that authenticates callers of the API, and its clients."""

from __future__ import annotations  # or every stack would load `aws.cognito`

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.config.api import Api, Cognito
from infra.config.emulator import emulator_url
from infra.limits import check_length

# https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ResourceServerScopeType.html
_SCOPE = r"[\x21\x23-\x2e\x30-\x5b\x5d-\x7e]{1,256}"
_LONGEST_DESCRIPTION = 256


@dataclass(frozen=True, kw_only=True)
class CallersArgs:
    """The scopes of tokens, and who gets which.

    Attributes:
        scopes: such as ``items.read``, each with a description.
        service_scopes: those of ``scopes`` that the client for people does not receive.
    """

    config: Api
    retain: bool
    scopes: Mapping[str, str]
    service_scopes: Sequence[str] = ()

    def __post_init__(self) -> None:
        for scope, description in self.scopes.items():
            if not re.fullmatch(_SCOPE, scope):
                raise ValueError(
                    f"a scope is called {scope!r}; must be 1 to 256 characters of ASCII, without "
                    "spaces, '/', '\"' and '\\', such as items.read"
                )
            check_length(
                f"the description of the scope {scope!r}", description, _LONGEST_DESCRIPTION
            )
        for scope in self.service_scopes:
            if scope not in self.scopes:
                raise ValueError(
                    f"service_scopes has {scope!r}; must be among scopes: {', '.join(self.scopes)}"
                )


class Callers(pulumi.ComponentResource):
    """A user pool with a resource server, a domain and clients.

    It exists only if ``api.authorization`` is ``cognito``. In an existing pool
    (``api.cognito.userPoolArn``) nothing is made: its owner manages scopes and clients.

    ``resource_server`` is the beginning of the names of scopes in tokens.

    Attributes, each None if it does not exist: ``pool_arn``, ``pool_id``; ``client_id`` and
    ``client_secret``, a secret, with which a program gets tokens from ``token_endpoint``; and
    ``web_client_id``, with which people sign in to a web app.
    """

    def __init__(
        self, name: str, args: CallersArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:infra:Callers", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self._scopes = args.scopes
        cognito = args.config.cognito or Cognito()
        self.resource_server = cognito.resource_server or pulumi.get_project()
        self.pool_arn: pulumi.Output[str] | None = None
        self.pool_id: pulumi.Output[str] | None = None
        self.client_id: pulumi.Output[str] | None = None
        self.client_secret: pulumi.Output[str] | None = None
        self.token_endpoint: pulumi.Output[str] | None = None
        self.web_client_id: pulumi.Output[str] | None = None
        if args.config.authorization == "cognito":
            if cognito.user_pool_arn:
                self.pool_arn = pulumi.Output.from_input(cognito.user_pool_arn)
            else:
                self._make(name, args, cognito.callback_urls)
        self.register_outputs({})

    def scope(self, name: str) -> str:
        """Return a scope as it is written in tokens: ``<resource server>/items.read``.

        Raises:
            ValueError: there is no such scope.
        """
        if name not in self._scopes:
            known = ", ".join(sorted(self._scopes)) or "none"
            raise ValueError(f"no scope {name!r}; there are: {known}")
        return f"{self.resource_server}/{name}"

    def _make(self, name: str, args: CallersArgs, callback_urls: Sequence[str]) -> None:
        pool = self._pool(name, args)
        server = aws.cognito.ResourceServer(
            f"{name}-scopes",
            identifier=self.resource_server,
            user_pool_id=pool.id,
            scopes=[
                {"scope_name": scope, "scope_description": description}
                for scope, description in sorted(args.scopes.items())
            ],
            opts=self._child,
        )
        # Only a domain issues tokens with scopes. Its name must be unique in the region and contain
        # neither "aws" nor "cognito", so it is derived from the pool's id.
        domain = aws.cognito.UserPoolDomain(
            f"{name}-domain",
            user_pool_id=pool.id,
            domain=pool.id.apply(
                lambda id_: f"auth-{hashlib.sha256(id_.encode()).hexdigest()[:16]}"
            ),
            opts=self._child,
        )
        program = self._client(
            f"{name}-program",
            pool,
            server,
            scopes=args.scopes,
            generate_secret=True,
            flow="client_credentials",
        )
        self.pool_arn, self.pool_id = pool.arn, pool.id
        self.client_id = program.id
        self.client_secret = pulumi.Output.secret(program.client_secret)
        self.token_endpoint = self._token_endpoint(domain)
        if callback_urls:
            web = self._client(
                f"{name}-web",
                pool,
                server,
                scopes=args.scopes.keys() - set(args.service_scopes),
                flow="code",
                callback_urls=callback_urls,
            )
            self.web_client_id = web.id

    def _token_endpoint(self, domain: aws.cognito.UserPoolDomain) -> pulumi.Output[str]:
        if emulator := emulator_url():
            return pulumi.Output.concat(emulator, "/oauth2/token")
        invoke = pulumi.InvokeOutputOptions(parent=self)
        region = aws.get_region_output(opts=invoke)
        # amazoncognito.com where other services have amazonaws.com
        suffix = aws.get_partition_output(opts=invoke).dns_suffix.apply(
            lambda name: name.replace("amazonaws", "amazoncognito")
        )
        return pulumi.Output.concat(
            "https://", domain.domain, ".auth.", region.region, ".", suffix, "/oauth2/token"
        )

    def _pool(self, name: str, args: CallersArgs) -> aws.cognito.UserPool:
        return aws.cognito.UserPool(
            f"{name}-pool",
            # If anybody could sign up, the API would be open.
            admin_create_user_config={"allow_admin_create_user_only": True},
            username_attributes=["email"],
            username_configuration={"case_sensitive": False},
            auto_verified_attributes=["email"],
            account_recovery_setting={
                "recovery_mechanisms": [{"name": "verified_email", "priority": 1}]
            },
            password_policy={
                "minimum_length": 12,
                "require_lowercase": True,
                "require_numbers": True,
                "require_symbols": True,
                "require_uppercase": True,
                "temporary_password_validity_days": 7,
            },
            # For people; a program's client authenticates by its secret.
            mfa_configuration="ON",
            software_token_mfa_configuration={"enabled": True},
            # Sufficient for what is used here. Higher tiers add threat detection at sign-in.
            user_pool_tier="LITE",
            deletion_protection="ACTIVE" if args.retain else "INACTIVE",
            opts=pulumi.ResourceOptions(parent=self, protect=args.retain),
        )

    def _client(
        self,
        name: str,
        pool: aws.cognito.UserPool,
        server: aws.cognito.ResourceServer,
        *,
        scopes: Iterable[str],
        flow: str,
        generate_secret: bool = False,
        callback_urls: Sequence[str] = (),
    ) -> aws.cognito.UserPoolClient:
        """Make a client for one OAuth flow; people also get the scope ``openid``."""
        allowed = [self.scope(scope) for scope in sorted(scopes)]
        return aws.cognito.UserPoolClient(
            name,
            user_pool_id=pool.id,
            generate_secret=generate_secret,
            allowed_oauth_flows_user_pool_client=True,
            allowed_oauth_flows=[flow],
            allowed_oauth_scopes=[*(["openid"] if callback_urls else []), *allowed],
            callback_urls=list(callback_urls) or None,
            logout_urls=list(callback_urls) or None,
            supported_identity_providers=["COGNITO"] if callback_urls else None,
            # Forbid passwords through Cognito's own API, which are allowed by default.
            explicit_auth_flows=["ALLOW_REFRESH_TOKEN_AUTH"],
            prevent_user_existence_errors="ENABLED",
            enable_token_revocation=True,
            # The gateway does not check revocation: a revoked token stays valid this long.
            access_token_validity=60,
            token_validity_units={"access_token": "minutes"},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[server]),
        )
