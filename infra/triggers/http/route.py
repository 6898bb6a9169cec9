"""The routes of a REST API: paths, models, and methods that functions answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.function.image_function import ImageFunction
from infra.json_text import json_text
from infra.triggers.http.authorization import Authorization
from infra.triggers.http.model import JsonObject, body_schema, shape
from infra.triggers.http.part import Part, part
from infra.triggers.http.paths import check_route, parameters, slug


@dataclass(frozen=True)
class Route:
    """One method of one path, answered by one function.

    ``operation`` is its OpenAPI Operation Object. The gateway validates requests by the schema of
    its body; ``security`` names the scope that a token needs.
    """

    method: str
    path: str
    function: ImageFunction
    operation: JsonObject

    def __post_init__(self) -> None:
        check_route(self.method, self.path)

    @property
    def name(self) -> str:
        """The route as a part of a resource's name, such as ``get-files-by-id``."""
        return f"{self.method.lower()}{slug(self.path)}"


@dataclass(frozen=True, kw_only=True)
class RoutesArgs:
    """The parts of an API that its routes share."""

    api: aws.apigateway.RestApi
    validator: aws.apigateway.RequestValidator
    authorization: Authorization
    components: Mapping[str, JsonObject]


class Routes:
    """Makes routes; routes of one path share its resources, and those of one body its model.

    All are children of the API (``opts``), and their names begin with the API's.
    """

    def __init__(self, name: str, args: RoutesArgs, opts: pulumi.ResourceOptions) -> None:
        self._name = name
        self._args = args
        self._child = opts
        self._resources: dict[str, Part[aws.apigateway.Resource]] = {}
        self._models: dict[str, Part[aws.apigateway.Model]] = {}
        self._methods: list[Part[Any]] = []

    @property
    def parts(self) -> list[Part[Any]]:
        """The parts of all routes that were added."""
        return [*self._resources.values(), *self._models.values(), *self._methods]

    def add(self, route: Route) -> None:
        """Make one route."""
        name = f"{self._name}-{route.name}"
        resource_id = self.resource_id(route.path)
        model = self._model(route)
        method = part(
            aws.apigateway.Method,
            name,
            aws.apigateway.MethodArgs(
                rest_api=self._args.api.id,
                resource_id=resource_id,
                http_method=route.method,
                operation_name=route.operation.get("operationId"),
                request_models={"application/json": model.name} if model else None,
                request_parameters={
                    f"method.request.path.{parameter}": True for parameter in parameters(route.path)
                },
                request_validator_id=self._args.validator.id,
                **self._args.authorization.demands(route.operation),
            ),
            self._child,
        )
        integration = part(
            aws.apigateway.Integration,
            f"{name}-integration",
            aws.apigateway.IntegrationArgs(
                rest_api=self._args.api.id,
                resource_id=resource_id,
                http_method=method.resource.http_method,
                type="AWS_PROXY",
                integration_http_method="POST",
                uri=route.function.invoke_arn,
            ),
            self._child,
        )
        self._methods += [method, integration, self._permission(f"{name}-invoke", route)]

    def resource_id(self, path: str) -> pulumi.Output[str]:
        """Return the id of a path's resource; make it and its parents once."""
        parent, _, word = path.rpartition("/")
        if not word:
            return self._args.api.root_resource_id
        if path not in self._resources:
            parent_id = self.resource_id(parent)
            self._resources[path] = part(
                aws.apigateway.Resource,
                f"{self._name}{slug(path)}",
                aws.apigateway.ResourceArgs(
                    rest_api=self._args.api.id, parent_id=parent_id, path_part=word
                ),
                self._child,
            )
        return self._resources[path].resource.id

    def _permission(self, name: str, route: Route) -> Part[aws.lambda_.Permission]:
        """Allow the route to invoke its function. A deployment only waits for this."""
        # A path parameter has any value: '*' in the ARN.
        path = "/".join("*" if word.startswith("{") else word for word in route.path.split("/"))
        permission = route.function.permit(
            name,
            service="apigateway.amazonaws.com",
            source_arn=pulumi.Output.concat(
                self._args.api.execution_arn, "/", pulumi.get_stack(), "/", route.method, path
            ),
            opts=self._child,
        )
        return Part(name, permission, {})

    def _model(self, route: Route) -> aws.apigateway.Model | None:
        """Make the model of a route's body, once for all routes that take the same type."""
        schema = body_schema(route.operation, self._args.components)
        if schema is None:
            return None
        title = schema["title"]
        if title not in self._models:
            self._models[title] = part(
                aws.apigateway.Model,
                f"{self._name}-{title.lower()}-model",
                aws.apigateway.ModelArgs(
                    rest_api=self._args.api.id,
                    name=title,
                    content_type="application/json",
                    schema=json_text(shape(schema)),
                ),
                self._child,
            )
        return self._models[title].resource
