"""A trigger that sends HTTP requests to functions: a REST API."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.access.callers import Callers
from infra.access.firewall import Firewall, FirewallArgs
from infra.config.api import Api
from infra.config.component_names import PERMISSION, room_for
from infra.config.emulator import emulator_url
from infra.storage.key import Key
from infra.triggers.http.authorization import HEADERS, Authorization, AuthorizationArgs
from infra.triggers.http.cors import Preflight, PreflightArgs
from infra.triggers.http.errors import gateway_responses
from infra.triggers.http.model import JsonObject
from infra.triggers.http.part import Part, definition_hash, part
from infra.triggers.http.paths import check_together, slug
from infra.triggers.http.route import Route, Routes, RoutesArgs
from infra.triggers.http.stage import ApiStage, ApiStageArgs
from infra.triggers.http.usage_plan import ApiAccess, ApiAccessArgs

__all__ = ["RestApi", "RestApiArgs", "Route"]

# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
_GATEWAY_TIMEOUT = 29


@dataclass(frozen=True, kw_only=True)
class RestApiArgs:
    """The routes of an API, and what they share.

    ``components``: the schemas that operations refer to (``#/components/schemas/…``).

    ``key``: what the API's logs are encrypted with; CloudWatch's if None.
    """

    config: Api
    callers: Callers
    log_retention_days: int
    routes: Sequence[Route]
    components: Mapping[str, JsonObject] = field(default_factory=dict)
    key: Key | None = None

    def __post_init__(self) -> None:
        check_together((route.method, route.path) for route in self.routes)


class RestApi(pulumi.ComponentResource):
    """A regional REST API (v1) with one stage, named after the Pulumi stack.

    The gateway validates each request, then sends it to the alias of the route's function. Its own
    errors have the API's format, ``{"error": …}``. Optional, by configuration: API keys with a
    usage plan, or tokens of the callers' user pool; CORS; a custom domain; a firewall. Attributes:
    ``url``, without a trailing slash, and ``api_key``, a secret, if keys are required.
    """

    def __init__(
        self, name: str, args: RestApiArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        for route in args.routes:
            if route.function.timeout >= _GATEWAY_TIMEOUT:
                raise ValueError(
                    f"{route.function.logical_name} may take {route.function.timeout} s; API "
                    f"Gateway waits {_GATEWAY_TIMEOUT} s: give it a shorter timeout"
                )
            _check_permission(f"{name}-{route.name}-invoke", route)
        super().__init__("serverless:infra:RestApi", name, None, opts)
        self._name = name
        self.routes = tuple(args.routes)
        self.components = dict(args.components)
        self._child = pulumi.ResourceOptions(parent=self)
        api = self._api(args)
        self.api = api.resource
        validator = self._validator()
        authorization = Authorization(
            name,
            AuthorizationArgs(api=self.api, config=args.config, callers=args.callers),
            self._child,
        )
        routes = Routes(
            name,
            RoutesArgs(
                api=self.api,
                validator=validator.resource,
                authorization=authorization,
                components=args.components,
            ),
            self._child,
        )
        for route in args.routes:
            routes.add(route)
        parts: list[Part[Any]] = [
            api,
            validator,
            *authorization.parts,
            *routes.parts,
            *self._preflights(args, routes),
            *gateway_responses(name, self.api, args.config.cors_origins, self._child),
        ]
        self.deployment = self._deployment(parts)
        self.stage = ApiStage(
            f"{name}-stage",
            ApiStageArgs(
                api=self.api,
                deployment=self.deployment,
                config=args.config,
                log_retention_days=args.log_retention_days,
                key=args.key,
            ),
            self._child,
        )
        self.access = ApiAccess(
            f"{name}-access",
            ApiAccessArgs(api=self.api, stage=self.stage.stage, config=args.config),
            self._child,
        )
        self.firewall: Firewall | None = None
        if args.config.firewall:
            self.firewall = Firewall(
                f"{name}-firewall",
                FirewallArgs(
                    config=args.config.firewall,
                    stage=self.stage.stage,
                    log_retention_days=args.log_retention_days,
                    key=args.key,
                ),
                self._child,
            )
        self.api_key: pulumi.Output[str] | None = self.access.api_key
        self.url: pulumi.Output[str] = self.access.url or self._stage_url()
        self.name: pulumi.Output[str] = self.api.name
        self.register_outputs({"url": self.url})

    def _stage_url(self) -> pulumi.Output[str]:
        stage = self.stage.stage
        if emulator := emulator_url():
            path = pulumi.Output.concat("/_aws/execute-api/", self.api.id, "/", stage.stage_name)
            return pulumi.Output.concat(emulator, path)
        return stage.invoke_url

    def _api(self, args: RestApiArgs) -> Part[aws.apigateway.RestApi]:
        return part(
            aws.apigateway.RestApi,
            self._name,
            aws.apigateway.RestApiArgs(
                description=f"{pulumi.get_project()} ({pulumi.get_stack()})",
                endpoint_configuration=aws.apigateway.RestApiEndpointConfigurationArgs(
                    types="REGIONAL"
                ),
                # With a custom domain, callers must not bypass that domain's limits.
                disable_execute_api_endpoint=args.config.domain is not None,
            ),
            self._child,
        )

    def _validator(self) -> Part[aws.apigateway.RequestValidator]:
        return part(
            aws.apigateway.RequestValidator,
            f"{self._name}-validator",
            aws.apigateway.RequestValidatorArgs(
                rest_api=self.api.id,
                validate_request_body=True,
                validate_request_parameters=True,
            ),
            self._child,
        )

    def _preflights(self, args: RestApiArgs, routes: Routes) -> Iterator[Part[Any]]:
        for path, allowed in _methods_with_cors(args).items():
            preflight = Preflight(
                f"{self._name}-options{slug(path)}",
                PreflightArgs(
                    api=self.api,
                    resource_id=routes.resource_id(path),
                    origins=args.config.cors_origins,
                    methods=allowed,
                    credentials=HEADERS[args.config.authorization],
                ),
                self._child,
            )
            yield from preflight.parts

    def _deployment(self, parts: Sequence[Part[Any]]) -> aws.apigateway.Deployment:
        return aws.apigateway.Deployment(
            f"{self._name}-deployment",
            rest_api=self.api.id,
            # A deployment is a snapshot: without a new one the stage keeps serving the old API.
            triggers={"definition": definition_hash(parts)},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[each.resource for each in parts]),
        )


def _check_permission(name: str, route: Route) -> None:
    if len(name) > (room := room_for(PERMISSION)):
        raise ValueError(
            f"the route {route.method} {route.path} has a name of {len(name)} characters, "
            f"{name!r}; must have at most {room}: shorten the path's words"
        )


def _methods_with_cors(args: RestApiArgs) -> dict[str, list[str]]:
    """Return the methods of each path that answers CORS preflights."""
    methods: dict[str, list[str]] = {}
    for route in args.routes if args.config.cors_origins else ():
        methods.setdefault(route.path, []).append(route.method)
    return methods
