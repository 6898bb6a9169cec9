"""The dashboard: the metrics that alarms watch, and the outcomes of every function."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.access.mail_identity import MailIdentity
from infra.function.image_function import ImageFunction
from infra.function.outcome_metric import namespace
from infra.json_text import json_output
from infra.storage.queue import DeadLetterQueue, Queue
from infra.triggers.graphql.api import GraphQLApi
from infra.triggers.http.rest_api import RestApi
from infra.triggers.websocket.stage import WebSocketStage
from infra.workflow.state_machine import StateMachine


def dashboard(
    api: RestApi,
    functions: Sequence[ImageFunction],
    queues: Sequence[Queue],
    dead_letters: Sequence[DeadLetterQueue],
    senders: Sequence[MailIdentity],
    sockets: Sequence[WebSocketStage],
    machines: Sequence[StateMachine],
    graphs: Sequence[GraphQLApi],
) -> pulumi.Output[str]:
    """Return the dashboard body as CloudWatch JSON."""
    # The API's component has the stack's provider.
    region = aws.get_region_output(opts=pulumi.InvokeOutputOptions(parent=api)).region

    def widget(title: str, metrics: Sequence[Sequence[Any]], stat: str = "Sum") -> dict[str, Any]:
        return {
            "type": "metric",
            "width": 8,
            "height": 6,
            "properties": {
                "title": title,
                "metrics": metrics,
                "stat": stat,
                "period": 300,
                "region": region,
            },
        }

    def by_function(metric: str) -> list[list[Any]]:
        return [["AWS/Lambda", metric, "FunctionName", f.name] for f in functions]

    def of(dimensions: Mapping[str, pulumi.Input[str]]) -> list[pulumi.Input[str]]:
        return [part for dimension in dimensions.items() for part in dimension]

    api_dimensions = ["ApiName", api.name, "Stage", pulumi.get_stack()]
    outcomes = namespace()
    widgets = [
        widget(
            "API requests",
            [["AWS/ApiGateway", m, *api_dimensions] for m in ("Count", "4XXError", "5XXError")],
        ),
        widget("API latency, p99", [["AWS/ApiGateway", "Latency", *api_dimensions]], "p99"),
        *(
            widget(
                f"WebSocket {socket.logical_name}",
                [
                    ["AWS/ApiGateway", m, "ApiId", socket.api.api.id, "Stage", pulumi.get_stack()]
                    for m in (
                        "ConnectCount",
                        "MessageCount",
                        "ClientError",
                        "IntegrationError",
                        "ExecutionError",
                    )
                ],
            )
            for socket in sockets
        ),
        *(
            widget(
                f"Requests to {graph.logical_name}",
                [
                    ["AWS/AppSync", m, "GraphQLAPIId", graph.api.id]
                    for m in ("Requests", "4XXError", "5XXError")
                ],
            )
            for graph in graphs
        ),
        *(
            widget(
                f"Latency of {graph.logical_name}, p99",
                [["AWS/AppSync", "Latency", "GraphQLAPIId", graph.api.id]],
                "p99",
            )
            for graph in graphs
        ),
        widget("Function errors", by_function("Errors")),
        widget("Function duration, p99", by_function("Duration"), "p99"),
        widget("Function throttles", by_function("Throttles")),
        widget(
            "Age of the oldest message",
            [["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", q.name] for q in queues],
            "Maximum",
        ),
        widget(
            "Dead letters",
            [
                ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", q.name]
                for q in dead_letters
            ],
            "Maximum",
        ),
        *(
            widget(
                f"Bounces and complaints of {sender.logical_name}",
                [
                    ["AWS/SES", f"Reputation.{rate}", *of(sender.dimensions)]
                    for rate in ("BounceRate", "ComplaintRate")
                ],
                "Maximum",
            )
            for sender in senders
        ),
        *(
            widget(
                f"Executions of {machine.logical_name}",
                [
                    ["AWS/States", metric, "StateMachineArn", machine.arn]
                    for metric in (
                        "ExecutionsStarted",
                        "ExecutionsSucceeded",
                        "ExecutionsFailed",
                        "ExecutionsTimedOut",
                        "ExecutionsAborted",
                    )
                ],
            )
            for machine in machines
        ),
        *(
            widget(
                "Requests that the firewall blocked",
                [["AWS/WAFV2", "BlockedRequests", *of(firewall.dimensions)]],
            )
            for firewall in ([api.firewall] if api.firewall else [])
        ),
        *(
            widget(
                f"Outcomes of {f.logical_name}",
                [
                    [
                        {
                            "expression": "SEARCH('{"
                            f'"{outcomes}",Outcome}} MetricName="{f.logical_name}"\', \'Sum\')',
                            "label": "",
                        }
                    ]
                ],
            )
            for f in functions
        ),
    ]
    return json_output({"widgets": widgets})
