"""Prints what the clients of some AWS services depend on, as the installed botocore knows it.

Runs in an image and outside, to be compared: operations, shapes, and endpoints by region.
"""

import json
import sys
from typing import Any

import botocore
import botocore.session
from botocore.config import Config
from botocore.exceptions import EndpointProviderError

REGIONS = ("us-east-1", "eu-central-1", "us-gov-west-1", "cn-north-1")
OPTIONS: tuple[dict[str, bool], ...] = (
    {},
    {"use_fips_endpoint": True},
    {"use_dualstack_endpoint": True},
)

session = botocore.session.get_session()
session.set_credentials("id", "secret")


def describe(service: str) -> dict[str, Any]:
    model = session.get_service_model(service)
    operations = [model.operation_model(name) for name in model.operation_names]
    loader = session.get_component("data_loader")
    return {
        "metadata": dict(model.metadata),
        "rules": loader.load_service_model(service, "endpoint-rule-set-1"),
        "context": list(model.client_context_parameters),
        "operations": {
            operation.name: [operation.http, operation.static_context_parameters]
            for operation in operations
        },
        "shapes": {name: describe_shape(model.shape_for(name)) for name in model.shape_names},
        "endpoints": {
            f"{region} {' '.join(options)}": describe_endpoint(service, region, options)
            for region in REGIONS
            for options in OPTIONS
        },
    }


def describe_shape(shape: Any) -> list[Any]:
    members = getattr(shape, "members", {}).items()
    return [
        shape.type_name,
        shape.serialization,
        shape.metadata,
        {name: [member.name, member.serialization] for name, member in members},
    ]


def describe_endpoint(service: str, region: str, options: dict[str, bool]) -> Any:
    try:
        client = session.create_client(service, region, config=Config(**options))
    except EndpointProviderError as error:
        return str(error)
    return [client.meta.endpoint_url, client.meta.partition]


print(  # noqa: T201
    json.dumps(
        {
            "botocore": botocore.__version__,
            "available": session.get_available_services(),
            "services": {service: describe(service) for service in sys.argv[1:]},
        },
        default=str,
    )
)
