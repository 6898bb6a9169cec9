"""A REST API: HTTP requests to functions."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from infra.access.callers import Callers
from infra.access.firewall import Firewall, FirewallArgs
from infra.config.api import Api
from infra.storage.key import Key
from infra.triggers.http.authorization import HEADERS, Authorization, AuthorizationArgs
from infra.triggers.http.cors import Preflight, PreflightArgs, answer
from infra.triggers.http.errors import answers, gateway_responses
from infra.triggers.http.model import JsonObject, body_schema, shape
from infra.triggers.http.route import Route, Routes, RoutesArgs, slug
from infra.triggers.http.stage import ApiStage, ApiStageArgs
from infra.triggers.http.usage_plan import ApiAccess, ApiAccessArgs

__all__ = ["RestApi", "RestApiArgs", "Route"]

# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
_GATEWAY_TIMEOUT = 29


@dataclass(frozen=True, kw_only=True)
class RestApiArgs:
    """``components``: the schemas that operations refer to (``#/components/schemas/…``).

    ``key``: what the API's logs are encrypted with; CloudWatch's if None.
    """

    config: Api
    callers: Callers
    log_retention_days: int
    routes: Sequence[Route]
    components: Mapping[str, JsonObject] = field(default_factory=dict)
    key: Key | None = None


class RestApi(pulumi.ComponentResource):
    """A regional REST API (v1) with one stage, named after the Pulumi stack.

    Every route is validated at the gateway, then sent to its function's alias. Errors of the
    gateway itself have the API's shape, ``{"error": …}``. Optional, by configuration: API keys with
    a usage plan, or tokens of the callers' user pool; CORS; a custom domain; a firewall.
    Attributes: ``url``, without a slash at its end, and ``api_key``, a secret, where keys are
    required.
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
        super().__init__("serverless:infra:RestApi", name, None, opts)
        self._name = name
        self.routes = tuple(args.routes)
        self.components = dict(args.components)
        self._child = pulumi.ResourceOptions(parent=self)
        self.api = aws.apigateway.RestApi(
            name,
            description=f"{pulumi.get_project()} ({pulumi.get_stack()})",
            endpoint_configuration={"types": "REGIONAL"},
            # Where a custom domain exists, its limits must not be walked around.
            disable_execute_api_endpoint=args.config.domain is not None,
            opts=self._child,
        )
        self.validator = aws.apigateway.RequestValidator(
            f"{name}-validator",
            rest_api=self.api.id,
            validate_request_body=True,
            validate_request_parameters=True,
            opts=self._child,
        )
        self._authorization = Authorization(
            name,
            AuthorizationArgs(api=self.api, config=args.config, callers=args.callers),
            self._child,
        )
        self._routes = Routes(
            name,
            RoutesArgs(
                api=self.api,
                validator=self.validator,
                authorization=self._authorization,
                components=args.components,
            ),
            self._child,
        )
        deployed: list[pulumi.Resource] = [self.validator]
        for route in args.routes:
            deployed += self._routes.add(route)
        deployed += self._preflights(args)
        deployed += gateway_responses(name, self.api, args.config.cors_origins, self._child)
        self.deployment = self._deployment(args, deployed)
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
        if args.config.firewall:
            Firewall(
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
        self.url: pulumi.Output[str] = self.access.url or self.stage.stage.invoke_url
        self.name: pulumi.Output[str] = self.api.name
        self.register_outputs({"url": self.url})

    def _preflights(self, args: RestApiArgs) -> list[pulumi.Resource]:
        return [
            Preflight(
                f"{self._name}-options{slug(path)}",
                PreflightArgs(
                    api=self.api,
                    resource_id=self._routes.resource_id(path),
                    origins=args.config.cors_origins,
                    methods=allowed,
                    credentials=HEADERS[args.config.authorization],
                ),
                self._child,
            )
            for path, allowed in _preflighted(args).items()
        ]

    def _deployment(
        self, args: RestApiArgs, deployed: Sequence[pulumi.Resource]
    ) -> aws.apigateway.Deployment:
        origins = args.config.cors_origins
        bodies = [body_schema(route.operation, args.components) for route in args.routes]
        definition = pulumi.Output.json_dumps(
            {
                "routes": [
                    [r.method, r.path, r.operation.get("operationId"), r.function.invoke_arn]
                    for r in args.routes
                ],
                "models": [shape(body) if body else None for body in bodies],
                "errors": answers(origins),
                "preflights": {
                    path: answer(origins, methods, HEADERS[args.config.authorization])
                    for path, methods in _preflighted(args).items()
                },
                "authorization": self._authorization.deployed([r.operation for r in args.routes]),
                # Closing the API's own address takes effect with a deployment, too.
                "own_domain": args.config.domain is not None,
            },
            sort_keys=True,
        )
        return aws.apigateway.Deployment(
            f"{self._name}-deployment",
            rest_api=self.api.id,
            # A deployment is a snapshot: without a new one the stage keeps serving the old API.
            triggers={
                "definition": definition.apply(lambda d: hashlib.sha256(d.encode()).hexdigest())
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(deployed)),
        )


def _preflighted(args: RestApiArgs) -> dict[str, list[str]]:
    """Return the methods of each path that answers CORS preflights."""
    methods: dict[str, list[str]] = {}
    for route in args.routes if args.config.cors_origins else ():
        methods.setdefault(route.path, []).append(route.method)
    return methods
