"""Functions; they run from images or in local workers."""

import threading
from collections.abc import Mapping
from typing import Any

from local.deployed import FunctionRef
from local.errors import LocalError
from local.package import folder_of
from local.resources.lambda_.configuration import all_settings, code, derived, handler_of, settings
from local.resources.registry import resource
from local.resources.request import Request, ResourceState
from local.resources.target import Target

_functions = threading.Lock()


def _update(request: Request) -> ResourceState:
    """Set a function's code and settings, and publish a version of them."""
    client, name = request.client("lambda"), request.id
    changed = code(request)
    if request.previous and derived(request) != request.previous.derived:
        client.update_function_code(FunctionName=name, **changed["Code"])
    runs = {key: changed[key] for key in ("Runtime", "Handler", "ImageConfig") if key in changed}
    configuration = client.update_function_configuration(
        FunctionName=name, **runs, **all_settings(request)
    )
    if request.changed("reservedConcurrentExecutions"):
        client.delete_function_concurrency(FunctionName=name)
        _reserve_concurrency(request, name)
    if request.get("publish"):
        configuration = client.publish_version(FunctionName=name)
    return _state(request, name, configuration)


def _remember(request: Request, state: ResourceState) -> None:
    """Let commands find a function by its logical name."""
    logical = folder_of(handler_of(request)).replace("_", "-")
    group = request.get("loggingConfig", {}).get("logGroup") or f"/aws/lambda/{state.id}"
    functions = request.target.deployed.functions
    with _functions:
        if logical in functions:
            raise LocalError(
                f"Another function already runs handlers/{logical.replace('-', '_')}: "
                f"{functions[logical].name}."
            )
        functions[logical] = FunctionRef(name=state.id, log_group=group)


@resource(
    "aws:lambda/function:Function",
    passes=(
        "name packageType imageConfig role environment timeout memorySize publish architectures "
        "ephemeralStorage tracingConfig loggingConfig deadLetterConfig description kmsKeyArn "
        "reservedConcurrentExecutions vpcConfig snapStart"
    ),
    # Images have other names here, and no registry.
    ignores=(
        "imageUri skipDestroy replaceSecurityGroupsOnDestroy "
        "replacementSecurityGroupIds sourceCodeHash"
    ),
    update=_update,
    fixed="name packageType architectures runsIn",
    delete=lambda request: request.client("lambda").delete_function(FunctionName=request.id),
    derived=derived,
    note=_remember,
)
def function(request: Request) -> ResourceState:
    """Make a function from its image, or from the sources that its image would hold."""
    if request.get("packageType") != "Image":
        raise LocalError(
            f"`packageType` is {request.get('packageType', 'Zip')!r}; the local cloud runs "
            "functions that are images."
        )
    name = request.physical_name(64)
    configuration = request.client("lambda").create_function(
        FunctionName=name,
        Publish=bool(request.get("publish")),
        **code(request),
        **settings(request),
    )
    _reserve_concurrency(request, name)
    return _state(request, name, configuration)


def _reserve_concurrency(request: Request, name: str) -> None:
    # In Terraform, -1 means no reservation.
    if request.get("reservedConcurrentExecutions", -1) >= 0:
        request.client("lambda").put_function_concurrency(
            FunctionName=name,
            ReservedConcurrentExecutions=request.require("reservedConcurrentExecutions"),
        )


def _state(request: Request, name: str, configuration: Mapping[str, Any]) -> ResourceState:
    arn = request.target.arn("lambda", f"function:{name}")
    version = configuration["Version"]
    return ResourceState(
        name,
        {
            "name": name,
            "arn": arn,
            "invokeArn": invoke_arn(request.target, arn),
            "version": version,
            "qualifiedArn": f"{arn}:{version}",
            "qualifiedInvokeArn": invoke_arn(request.target, f"{arn}:{version}"),
            "codeSha256": configuration["CodeSha256"],
            "sourceCodeSize": configuration["CodeSize"],
            "lastModified": configuration["LastModified"],
        },
    )


def invoke_arn(target: Target, function_arn: str) -> str:
    """Return the ARN by which API Gateway invokes a function."""
    path = f"path/2015-03-31/functions/{function_arn}/invocations"
    return f"arn:aws:apigateway:{target.aws.region}:lambda:{path}"
