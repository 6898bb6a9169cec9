"""The routes and the stage of a WebSocket API."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.config.api import Throttle
from infra.function.image_function import ImageFunction
from infra.json_text import json_text
from infra.storage.key import Key, arn_of
from infra.triggers.http.part import Part, definition_hash, part
from infra.triggers.websocket.api import WebSocketApi

# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
_GATEWAY_TIMEOUT = 29

_REPLIES = "$default"
# https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html
_OWN_ROUTES = ("$connect", "$disconnect", "$default")

# No address, user agent or name of the client, and neither its URL nor its messages.
_ACCESS_LOG = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "route": "$context.routeKey",
    "event": "$context.eventType",
    "status": "$context.status",
    "integrationMs": "$context.integrationLatency",
    "error": "$context.error.responseType",
    "connectionId": "$context.connectionId",
}


@dataclass(frozen=True, kw_only=True)
class WebSocketStageArgs:
    """The API, and the function of each route.

    Attributes:
        routes: by the route's key: ``$connect``, ``$disconnect``, ``$default``, or a value of the
            field ``action`` in clients' messages. What functions return is sent to the client,
            except from ``$connect`` and ``$disconnect``.
        throttle: limits over all clients.
        key: what the logs are encrypted with; CloudWatch's if None.
        after: what must be there before the stage writes logs, such as the account's role for it.
    """

    api: WebSocketApi
    routes: Mapping[str, ImageFunction]
    throttle: Throttle
    log_retention_days: int
    key: Key | None = None
    after: Sequence[pulumi.Resource] = ()

    def __post_init__(self) -> None:
        names: dict[str, str] = {}
        for key in self.routes:
            # Others would be wrong in the ARN, or in the id, of the permission for a route.
            if key not in _OWN_ROUTES and not re.fullmatch("[A-Za-z0-9_-]+", key):
                raise ValueError(
                    f"a route's key is {key!r}; must be $connect, $disconnect, $default, or "
                    "letters, digits, '_' and '-', as clients send them in `action`"
                )
            if (other := names.setdefault(_name(key), key)) != key:
                raise ValueError(
                    f"the routes {other!r} and {key!r} would give two resources the name "
                    f"{_name(key)!r}; choose another action"
                )


def _name(key: str) -> str:
    return key.lstrip("$")


class WebSocketStage(pulumi.ComponentResource):
    """Routes, and a stage named after the Pulumi stack: JSON access log, errors logged, throttled.

    API Gateway has no request validation, firewall, API keys by caller and tracing for WebSocket
    APIs: ``$connect`` decides who may connect.
    """

    def __init__(
        self, name: str, args: WebSocketStageArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        for function in args.routes.values():
            if function.timeout >= _GATEWAY_TIMEOUT:
                raise ValueError(
                    f"{function.logical_name} may take {function.timeout} s; API Gateway waits "
                    f"{_GATEWAY_TIMEOUT} s: give it a shorter timeout"
                )
        super().__init__("serverless:infra:WebSocketStage", name, None, opts)
        self.logical_name = name
        self.api = args.api
        self.functions = list({f.logical_name: f for f in args.routes.values()}.values())
        self._child = pulumi.ResourceOptions(parent=self)
        parts = [args.api.part, *self._routes(name, args)]
        self.deployment = aws.apigatewayv2.Deployment(
            f"{name}-deployment",
            api_id=args.api.api.id,
            # A deployment is a snapshot: without a new one the stage keeps serving the old API.
            triggers={"definition": definition_hash(parts)},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[each.resource for each in parts]),
        )
        self.access_log = self._log(
            f"{name}-access-log",
            f"/aws/apigateway/{pulumi.get_project()}-{pulumi.get_stack()}-{name}",
            args,
        )
        # API Gateway itself would create this group without a retention period.
        self.execution_log = self._log(
            f"{name}-execution-log",
            pulumi.Output.concat("/aws/apigateway/", args.api.api.id, "/", pulumi.get_stack()),
            args,
        )
        self.stage = self._stage(name, args)
        self.register_outputs({})

    def _routes(self, name: str, args: WebSocketStageArgs) -> Iterator[Part[Any]]:
        api = args.api.api
        targets: dict[str, Part[aws.apigatewayv2.Integration]] = {}
        for function in self.functions:
            targets[function.logical_name] = part(
                aws.apigatewayv2.Integration,
                f"{name}-{function.logical_name}",
                aws.apigatewayv2.IntegrationArgs(
                    api_id=api.id,
                    integration_type="AWS_PROXY",
                    integration_method="POST",
                    integration_uri=function.invoke_arn,
                ),
                self._child,
            )
        yield from targets.values()
        for key, function in args.routes.items():
            route_name = f"{name}-{_name(key)}"
            integration = targets[function.logical_name].resource
            replies = key not in ("$connect", "$disconnect")
            route = part(
                aws.apigatewayv2.Route,
                route_name,
                aws.apigatewayv2.RouteArgs(
                    api_id=api.id,
                    route_key=key,
                    target=pulumi.Output.concat("integrations/", integration.id),
                    route_response_selection_expression=_REPLIES if replies else None,
                ),
                self._child,
            )
            yield route
            if replies:
                yield part(
                    aws.apigatewayv2.RouteResponse,
                    f"{route_name}-response",
                    aws.apigatewayv2.RouteResponseArgs(
                        api_id=api.id, route_id=route.resource.id, route_response_key=_REPLIES
                    ),
                    self._child,
                )
            permission = function.permit(
                f"{route_name}-invoke",
                service="apigateway.amazonaws.com",
                source_arn=pulumi.Output.concat(
                    api.execution_arn, "/", pulumi.get_stack(), "/", key
                ),
                opts=self._child,
            )
            yield Part(f"{route_name}-invoke", permission, {})

    def _log(
        self, name: str, group: pulumi.Input[str], args: WebSocketStageArgs
    ) -> aws.cloudwatch.LogGroup:
        return aws.cloudwatch.LogGroup(
            name,
            name=group,
            retention_in_days=args.log_retention_days,
            kms_key_id=arn_of(args.key),
            opts=self._child,
        )

    def _stage(self, name: str, args: WebSocketStageArgs) -> aws.apigatewayv2.Stage:
        return aws.apigatewayv2.Stage(
            name,
            name=pulumi.get_stack(),
            api_id=args.api.api.id,
            deployment_id=self.deployment.id,
            access_log_settings={
                "destination_arn": self.access_log.arn,
                "format": json_text(_ACCESS_LOG),
            },
            default_route_settings={
                "detailed_metrics_enabled": True,
                "logging_level": "ERROR",
                "data_trace_enabled": False,  # it would log messages
                "throttling_rate_limit": args.throttle.rate_limit,
                "throttling_burst_limit": args.throttle.burst_limit,
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.execution_log, *args.after]),
        )
