"""Answers to CORS preflight requests, by the gateway without a function."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.json_text import json_text
from infra.triggers.http.part import Part, part

_HEADERS = ("Content-Type", "Idempotency-Key", "If-None-Match")
_HOUR = "3600"


@dataclass(frozen=True, kw_only=True)
class PreflightArgs:
    """The resource that answers, and the allowed origins and methods.

    ``credentials``: the header with the caller's credentials; empty if none is required.
    """

    api: aws.apigateway.RestApi
    resource_id: pulumi.Output[str]
    origins: Sequence[str]
    methods: Sequence[str]
    credentials: str


class Preflight(pulumi.ComponentResource):
    """``OPTIONS`` on one resource: allows the configured origins, and no other."""

    def __init__(
        self, name: str, args: PreflightArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:infra:Preflight", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        headers, template = answer(args.origins, args.methods, args.credentials)
        method = part(
            aws.apigateway.Method,
            name,
            aws.apigateway.MethodArgs(
                rest_api=args.api.id,
                resource_id=args.resource_id,
                http_method="OPTIONS",
                authorization="NONE",
            ),
            child,
        )
        integration = part(
            aws.apigateway.Integration,
            f"{name}-integration",
            aws.apigateway.IntegrationArgs(
                rest_api=args.api.id,
                resource_id=args.resource_id,
                http_method=method.resource.http_method,
                type="MOCK",
                request_templates={"application/json": json_text({"statusCode": 204})},
            ),
            child,
        )
        response = part(
            aws.apigateway.MethodResponse,
            f"{name}-response",
            aws.apigateway.MethodResponseArgs(
                rest_api=args.api.id,
                resource_id=args.resource_id,
                http_method=method.resource.http_method,
                status_code="204",
                response_parameters={
                    f"method.response.header.{header}": True
                    for header in [*headers, "Access-Control-Allow-Origin"]
                },
            ),
            pulumi.ResourceOptions(parent=self, depends_on=[method.resource]),
        )
        integration_response = part(
            aws.apigateway.IntegrationResponse,
            f"{name}-integration-response",
            aws.apigateway.IntegrationResponseArgs(
                rest_api=args.api.id,
                resource_id=args.resource_id,
                http_method=method.resource.http_method,
                status_code=response.resource.status_code,
                response_parameters={
                    f"method.response.header.{header}": f"'{value}'"
                    for header, value in headers.items()
                },
                response_templates={"application/json": template},
            ),
            pulumi.ResourceOptions(
                parent=self, depends_on=[integration.resource, response.resource]
            ),
        )
        self.parts: list[Part[Any]] = [method, integration, response, integration_response]
        self.register_outputs({})


def answer(
    origins: Sequence[str], methods: Sequence[str], credentials: str
) -> tuple[dict[str, str], str]:
    """Return the answer's fixed headers, and the template that adds the origin.

    The template echoes the caller's origin if it is allowed: the header holds one origin, not a
    list. Over HTTP/2 the request header is in lower case, and the gateway distinguishes case.
    """
    known = " || ".join(f'$origin == "{origin}"' for origin in origins)
    allow = "$context.responseOverride.header.Access-Control-Allow-Origin"
    template = (
        '#set($origin = $input.params("Origin"))\n'
        '#if($origin == "")#set($origin = $input.params("origin"))#end\n'
        f"#if({known})\n#set({allow} = $origin)\n#end\n"
    )
    headers = {
        "Access-Control-Allow-Methods": ",".join([*methods, "OPTIONS"]),
        "Access-Control-Allow-Headers": ",".join(
            [*_HEADERS, *([credentials] if credentials else [])]
        ),
        "Access-Control-Max-Age": _HOUR,
        "Vary": "Origin",
    }
    return headers, template
