"""The routes of a REST API: paths, models, and methods that functions answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.function.image_function import ImageFunction
from infra.triggers.http.authorization import Authorization
from infra.triggers.http.model import JsonObject, body_schema, shape


@dataclass(frozen=True)
class Route:
    """One method of one path, answered by one function.

    ``operation`` is its OpenAPI Operation Object: the schema of its request body becomes the model
    that the gateway validates by, and ``security`` names the scope that a token needs.
    """

    method: str
    path: str
    function: ImageFunction
    operation: JsonObject


@dataclass(frozen=True, kw_only=True)
class RoutesArgs:
    """What all routes of an API share."""

    api: aws.apigateway.RestApi
    validator: aws.apigateway.RequestValidator
    authorization: Authorization
    components: Mapping[str, JsonObject]


class Routes:
    """Makes routes: the resources of a path, and the model of a body, once for all that share it.

    What is made are children of the API (``opts``), whose name theirs begin with.
    """

    def __init__(self, name: str, args: RoutesArgs, opts: pulumi.ResourceOptions) -> None:
        self._name = name
        self._args = args
        self._child = opts
        self._resources: dict[str, aws.apigateway.Resource] = {}
        self._models: dict[str, aws.apigateway.Model] = {}

    def add(self, route: Route) -> list[pulumi.Resource]:
        """Make one route; give what a deployment must wait for."""
        name = f"{self._name}-{route.method.lower()}{slug(route.path)}"
        resource_id = self.resource_id(route.path)
        model = self._model(route)
        method = aws.apigateway.Method(
            name,
            rest_api=self._args.api.id,
            resource_id=resource_id,
            http_method=route.method,
            operation_name=route.operation.get("operationId"),
            request_models={"application/json": model.name} if model else None,
            request_parameters={
                f"method.request.path.{part[1:-1]}": True
                for part in route.path.split("/")
                if part.startswith("{")
            },
            request_validator_id=self._args.validator.id,
            opts=self._child,
            **self._args.authorization.of(route.operation),
        )
        integration = aws.apigateway.Integration(
            f"{name}-integration",
            rest_api=self._args.api.id,
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
                self._args.api.execution_arn, "/", pulumi.get_stack(), "/", route.method, path
            ),
            opts=self._child,
        )
        return [method, integration, permission]

    def resource_id(self, path: str) -> pulumi.Output[str]:
        """Make the resources of a path, each below its parent, once."""
        parent, _, part = path.rpartition("/")
        if not part:
            return self._args.api.root_resource_id
        if path not in self._resources:
            self._resources[path] = aws.apigateway.Resource(
                f"{self._name}{slug(path)}",
                rest_api=self._args.api.id,
                parent_id=self.resource_id(parent),
                path_part=part,
                opts=self._child,
            )
        return self._resources[path].id

    def _model(self, route: Route) -> aws.apigateway.Model | None:
        """Make the model of a route's body, once for all routes that take the same type."""
        schema = body_schema(route.operation, self._args.components)
        if schema is None:
            return None
        title = schema["title"]
        if title not in self._models:
            self._models[title] = aws.apigateway.Model(
                f"{self._name}-{title.lower()}-model",
                rest_api=self._args.api.id,
                name=title,
                content_type="application/json",
                schema=json.dumps(shape(schema)),
                opts=self._child,
            )
        return self._models[title]


def slug(path: str) -> str:
    """Make ``/users/{id}`` fit a resource's name: ``-users-by-id``."""
    parts = [f"by-{p[1:-1]}" if p.startswith("{") else p for p in path.split("/") if p]
    return "".join(f"-{part}" for part in parts)
