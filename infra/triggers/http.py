"""A REST API: HTTP requests to functions."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from infra.config_api import Api
from infra.function import ImageFunction
from infra.key import Key
from infra.triggers.http_access import ApiAccess, ApiAccessArgs
from infra.triggers.http_cors import Preflight, PreflightArgs, answer
from infra.triggers.http_errors import answers, gateway_responses
from infra.triggers.http_model import JsonObject, body_schema, shape
from infra.triggers.http_stage import ApiStage, ApiStageArgs

# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
_GATEWAY_TIMEOUT = 29


@dataclass(frozen=True)
class Route:
    """One method of one path, answered by one function.

    ``operation`` is its OpenAPI Operation Object; the schema of its request body becomes the model
    that the gateway validates by.
    """

    method: str
    path: str
    function: ImageFunction
    operation: JsonObject


@dataclass(frozen=True, kw_only=True)
class RestApiArgs:
    """``components``: the schemas that operations refer to (``#/components/schemas/…``).

    ``key``: what the API's logs are encrypted with; CloudWatch's if None.
    """

    config: Api
    log_retention_days: int
    routes: Sequence[Route]
    components: Mapping[str, JsonObject] = field(default_factory=dict)
    key: Key | None = None


class RestApi(pulumi.ComponentResource):
    """A regional REST API (v1) with one stage, named after the Pulumi stack.

    Every route is validated at the gateway, then sent to its function's alias. Errors of the
    gateway itself have the API's shape, ``{"error": …}``. Optional, by configuration: API keys with
    a usage plan, CORS, a custom domain. Attributes: ``url``, without a slash at its end, and
    ``api_key``, a secret, where keys are required.
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
        self._resources: dict[str, aws.apigateway.Resource] = {}
        self._models: dict[str, aws.apigateway.Model] = {}
        deployed: list[pulumi.Resource] = [self.validator]
        for route in args.routes:
            deployed += self._route(route, args)
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
        self.api_key: pulumi.Output[str] | None = self.access.api_key
        self.url: pulumi.Output[str] = self.access.url or self.stage.stage.invoke_url
        self.name: pulumi.Output[str] = self.api.name
        self.register_outputs({"url": self.url})

    def _route(self, route: Route, args: RestApiArgs) -> list[pulumi.Resource]:
        name = f"{self._name}-{route.method.lower()}{_slug(route.path)}"
        resource_id = self._resource_id(route.path)
        model = self._model(route, args.components)
        method = aws.apigateway.Method(
            name,
            rest_api=self.api.id,
            resource_id=resource_id,
            http_method=route.method,
            authorization="NONE",
            api_key_required=args.config.usage_plan is not None,
            operation_name=route.operation.get("operationId"),
            request_models={"application/json": model.name} if model else None,
            request_parameters={
                f"method.request.path.{part[1:-1]}": True
                for part in route.path.split("/")
                if part.startswith("{")
            },
            request_validator_id=self.validator.id,
            opts=self._child,
        )
        integration = aws.apigateway.Integration(
            f"{name}-integration",
            rest_api=self.api.id,
            resource_id=resource_id,
            http_method=method.http_method,
            type="AWS_PROXY",
            integration_http_method="POST",
            uri=route.function.invoke_arn,
            opts=self._child,
        )
        # A path parameter is any value: '*' in the ARN of what may invoke.
        path = "/".join("*" if part.startswith("{") else part for part in route.path.split("/"))
        permission = route.function.permit(
            f"{name}-invoke",
            service="apigateway.amazonaws.com",
            source_arn=pulumi.Output.concat(
                self.api.execution_arn, "/", pulumi.get_stack(), "/", route.method, path
            ),
            opts=self._child,
        )
        return [method, integration, permission]

    def _resource_id(self, path: str) -> pulumi.Output[str]:
        """Make the resources of a path, each below its parent, once."""
        parent, _, part = path.rpartition("/")
        if not part:
            return self.api.root_resource_id
        if path not in self._resources:
            self._resources[path] = aws.apigateway.Resource(
                f"{self._name}{_slug(path)}",
                rest_api=self.api.id,
                parent_id=self._resource_id(parent),
                path_part=part,
                opts=self._child,
            )
        return self._resources[path].id

    def _model(
        self, route: Route, components: Mapping[str, JsonObject]
    ) -> aws.apigateway.Model | None:
        """Make the model of a route's body, once for all routes that take the same type."""
        schema = body_schema(route.operation, components)
        if schema is None:
            return None
        title = schema["title"]
        if title not in self._models:
            self._models[title] = aws.apigateway.Model(
                f"{self._name}-{title.lower()}-model",
                rest_api=self.api.id,
                name=title,
                content_type="application/json",
                schema=json.dumps(shape(schema)),
                opts=self._child,
            )
        return self._models[title]

    def _preflights(self, args: RestApiArgs) -> list[pulumi.Resource]:
        return [
            Preflight(
                f"{self._name}-options{_slug(path)}",
                PreflightArgs(
                    api=self.api,
                    resource_id=self._resource_id(path),
                    origins=args.config.cors_origins,
                    methods=allowed,
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
                "preflights": {p: answer(origins, m) for p, m in _preflighted(args).items()},
                "needs_key": args.config.usage_plan is not None,
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
    """Give the methods of each path that answers CORS preflights."""
    methods: dict[str, list[str]] = {}
    for route in args.routes if args.config.cors_origins else ():
        methods.setdefault(route.path, []).append(route.method)
    return methods


def _slug(path: str) -> str:
    """Make ``/users/{id}`` fit a resource's name: ``-users-by-id``."""
    parts = [f"by-{p[1:-1]}" if p.startswith("{") else p for p in path.split("/") if p]
    return "".join(f"-{part}" for part in parts)
