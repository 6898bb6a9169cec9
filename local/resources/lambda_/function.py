"""Functions, their versions and aliases; they run from images or in local workers."""

import threading
from collections.abc import Mapping
from typing import Any

from local.deployed import FunctionRef
from local.errors import LocalError
from local.package import LIVE, SHIM, check_folder, folder_of, pack
from local.resources.names import pascal, present
from local.resources.registry import Made, Request, Target, resource

# Workers run this machine's Python; the emulator accepts only versions that Lambda has.
_RUNTIME = "python3.13"
_functions = threading.Lock()


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
)
def function(request: Request) -> Made:
    """Make a function from its image, or from the sources that its image would hold."""
    if request.get("packageType") != "Image":
        raise LocalError(
            f"`packageType` is {request.get('packageType', 'Zip')!r}; the local cloud runs "
            "functions that are images."
        )
    handler = _handler(request.require("imageConfig"))
    folder = folder_of(handler)
    name = request.physical_name(64)
    client = request.client("lambda")
    made = client.create_function(
        FunctionName=name,
        **_code(request, handler, folder),
        Role=request.require("role"),
        Environment={"Variables": _environment(request, handler)},
        Publish=bool(request.get("publish")),
        **present(
            Timeout=request.get("timeout"),
            MemorySize=request.get("memorySize"),
            Description=request.get("description"),
            KMSKeyArn=request.get("kmsKeyArn"),
            EphemeralStorage=pascal(request.get("ephemeralStorage")),
            TracingConfig=pascal(request.get("tracingConfig")),
            LoggingConfig=pascal(request.get("loggingConfig")),
            VpcConfig=pascal(request.get("vpcConfig")),
            SnapStart=pascal(request.get("snapStart")),
            DeadLetterConfig=pascal(request.get("deadLetterConfig")),
        ),
    )
    # In Terraform, -1 means no reservation.
    if request.get("reservedConcurrentExecutions", -1) >= 0:
        client.put_function_concurrency(
            FunctionName=name,
            ReservedConcurrentExecutions=request.require("reservedConcurrentExecutions"),
        )
    _remember(request, folder.replace("_", "-"), name)
    arn = request.target.arn("lambda", f"function:{name}")
    version = made["Version"]
    return Made(
        name,
        {
            "name": name,
            "arn": arn,
            "invokeArn": invoke_arn(request.target, arn),
            "version": version,
            "qualifiedArn": f"{arn}:{version}",
            "qualifiedInvokeArn": invoke_arn(request.target, f"{arn}:{version}"),
            "codeSha256": made["CodeSha256"],
            "sourceCodeSize": made["CodeSize"],
            "lastModified": made["LastModified"],
        },
    )


@resource(
    "aws:lambda/alias:Alias",
    passes="name description functionName functionVersion routingConfig",
)
def alias(request: Request) -> Made:
    """Point an alias at a version."""
    name = request.physical_name(128)
    function_name = request.require("functionName").split(":function:")[-1]
    arn = request.client("lambda").create_alias(
        Name=name,
        FunctionName=function_name,
        FunctionVersion=request.require("functionVersion"),
        **present(Description=request.get("description"), RoutingConfig=_routing(request.inputs)),
    )["AliasArn"]
    for ref in request.target.deployed.functions.values():
        if ref.name == function_name:
            ref.qualifier = name
    return Made(arn, {"name": name, "arn": arn, "invokeArn": invoke_arn(request.target, arn)})


@resource(
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig",
    passes="functionName qualifier provisionedConcurrentExecutions",
    ignores="skipDestroy",
)
def provisioned_concurrency(request: Request) -> Made:
    """Set the provisioned concurrency; the emulator stores it and starts nothing in advance."""
    name, qualifier = request.require("functionName"), request.require("qualifier")
    request.client("lambda").put_provisioned_concurrency_config(
        FunctionName=name,
        Qualifier=qualifier,
        ProvisionedConcurrentExecutions=request.require("provisionedConcurrentExecutions"),
    )
    return Made(f"{name},{qualifier}")


def invoke_arn(target: Target, function_arn: str) -> str:
    """Return the ARN by which API Gateway invokes a function."""
    path = f"path/2015-03-31/functions/{function_arn}/invocations"
    return f"arn:aws:apigateway:{target.aws.region}:lambda:{path}"


def _code(request: Request, handler: str, folder: str) -> dict[str, Any]:
    """Return the arguments that define the function's code."""
    images = request.target.images
    if images is None:
        check_folder(request.target.root, folder)
        return {
            "Runtime": _RUNTIME,
            "Handler": f"{SHIM}.handler",
            "Code": {"ZipFile": pack()},
            **present(Architectures=request.get("architectures")),
        }
    if folder not in images:
        raise LocalError(
            f"There is no image of {handler!r}: each function has a handlers/<function>/handler.py."
        )
    # The image is built for the Docker engine's architecture, whatever the function's is.
    return {
        "PackageType": "Image",
        "Code": {"ImageUri": images[folder]},
        "ImageConfig": {"Command": [f"{LIVE}.handler" if request.target.live else handler]},
    }


def _handler(image_config: Mapping[str, Any]) -> str:
    commands = image_config.get("commands")
    others = sorted(set(image_config) - {"commands"})
    if not commands or len(commands) != 1 or any(image_config[name] for name in others):
        raise LocalError(
            f"`imageConfig` is {dict(image_config)!r}; local workers need `commands` with one "
            'entry, such as ["handlers.greet.handler.handler"], and nothing else.'
        )
    return str(commands[0])


def _environment(request: Request, handler: str) -> dict[str, str]:
    """Add the variables that Lambda sets for its runtime and the emulator does not."""
    logging = request.get("loggingConfig", {})
    given = request.get("environment", {}).get("variables", {})
    return {
        **_live_variables(request.target, handler),
        # A function signs for callers, who reach the emulator by its URL outside of containers.
        **{name: request.target.here(value) for name, value in given.items()},
        "_HANDLER": handler,
        "AWS_LAMBDA_LOG_FORMAT": logging.get("logFormat", "Text"),
        "AWS_LAMBDA_LOG_LEVEL": logging.get("applicationLogLevel", "INFO"),
    }


def _live_variables(target: Target, handler: str) -> dict[str, str]:
    """Return what ``live.py`` needs to import the handler; nothing if the image holds it."""
    if target.images and not target.live:
        return {}
    return {
        "_LOCAL_PROJECT": str(target.live or target.root.resolve()),
        "_LOCAL_HANDLER": handler,
    }


def _remember(request: Request, logical: str, name: str) -> None:
    group = request.get("loggingConfig", {}).get("logGroup") or f"/aws/lambda/{name}"
    functions = request.target.deployed.functions
    with _functions:
        if logical in functions:
            raise LocalError(
                f"Another function already runs handlers/{logical.replace('-', '_')}: "
                f"{functions[logical].name}."
            )
        functions[logical] = FunctionRef(name=name, log_group=group)


def _routing(inputs: Mapping[str, Any]) -> dict[str, Any] | None:
    routing = inputs.get("routingConfig")
    return routing and {"AdditionalVersionWeights": routing["additionalVersionWeights"]}
