"""A WebSocket API, and the right to send to its clients."""

import pulumi
import pulumi_aws as aws

from infra.config.emulator import emulator_url
from infra.grants import Grant
from infra.triggers.http.part import Part, part


class WebSocketApi(pulumi.ComponentResource):
    """A WebSocket API without routes; `WebSocketStage` adds them, once the functions exist.

    It stands apart because functions that the routes invoke may know its URL, and functions that
    send to its clients need its ARN.

    Attributes: ``url``, to which clients connect (``wss://``), and ``endpoint``, to which functions
    send messages for clients (``https://``), both of the stage named after the Pulumi stack.
    """

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("serverless:infra:WebSocketApi", name, None, opts)
        self.logical_name = name
        self.part: Part[aws.apigatewayv2.Api] = part(
            aws.apigatewayv2.Api,
            name,
            aws.apigatewayv2.ApiArgs(
                protocol_type="WEBSOCKET",
                route_selection_expression="$request.body.action",
                description=f"{pulumi.get_project()} ({pulumi.get_stack()})",
            ),
            pulumi.ResourceOptions(parent=self),
        )
        self.api = self.part.resource
        self.url: pulumi.Output[str] = self._address("wss", "ws")
        self.endpoint: pulumi.Output[str] = self._address("https", "http")
        self.register_outputs({"url": self.url})

    def send(self, *, env: str) -> Grant:
        """``execute-api:ManageConnections``, to send to connections of this API's stage.

        ``env`` names the variable that holds the endpoint. No VPC endpoint leads there: give the
        function ``internet=True``.
        """
        return Grant(
            actions=["execute-api:ManageConnections"],
            resources=[
                pulumi.Output.concat(
                    self.api.execution_arn, "/", pulumi.get_stack(), "/POST/@connections/*"
                )
            ],
            env={env: self.endpoint},
        )

    def _address(self, scheme: str, emulated: str) -> pulumi.Output[str]:
        stage = pulumi.get_stack()
        if emulator := emulator_url():
            base = f"{emulated}{emulator.removeprefix('http')}/_aws/execute-api/"
            return pulumi.Output.concat(base, self.api.id, "/", stage)
        # The output begins with wss://, and with ws:// where a laptop serves the API.
        rest = self.api.api_endpoint.apply(lambda url: url.partition("://"))
        return pulumi.Output.concat(
            rest.apply(lambda parts: scheme if parts[0] == "wss" else emulated),
            "://",
            rest.apply(lambda parts: parts[2]),
            "/",
            stage,
        )
