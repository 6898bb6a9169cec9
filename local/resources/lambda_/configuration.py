"""What a function runs, and its settings, by the names of Lambda's API."""

import hashlib
from collections.abc import Mapping
from typing import Any

from local.errors import LocalError
from local.package import LIVE, SHIM, check_folder, folder_of, pack
from local.resources.names import pascal, present
from local.resources.request import Request
from local.resources.target import Target

# Workers run this machine's Python; the emulator accepts only versions that Lambda has.
_RUNTIME = "python3.13"

_UNSET: dict[str, Any] = {
    "Timeout": 3,
    "MemorySize": 128,
    "Description": "",
    "KMSKeyArn": "",
    "EphemeralStorage": {"Size": 512},
    "TracingConfig": {"Mode": "PassThrough"},
    "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
    "SnapStart": {"ApplyOn": "None"},
}
"""The values that AWS gives to properties with which a function is not made."""


def handler_of(request: Request) -> str:
    """Return the name of a function's handler, which is the command of its image.

    Raises:
        LocalError: there is no such command, or the image's configuration has more.
    """
    image_config: Mapping[str, Any] = request.require("imageConfig")
    commands = image_config.get("commands")
    others = sorted(set(image_config) - {"commands"})
    if not commands or len(commands) != 1 or any(image_config[name] for name in others):
        raise LocalError(
            f"`imageConfig` is {dict(image_config)!r}; local workers need `commands` with one "
            'entry, such as ["handlers.greet.handler.handler"], and nothing else.'
        )
    return str(commands[0])


def derived(request: Request) -> dict[str, Any]:
    """Return the code that a function runs, which is not among its inputs here."""
    images, live = request.target.images, request.target.live
    if images is None:
        return {"runsIn": "worker", "code": hashlib.sha256(pack()).hexdigest()}
    image = images.get(folder_of(handler_of(request)))
    return {"runsIn": "container", "code": image, "live": live is not None}


def code(request: Request) -> dict[str, Any]:
    """Return the arguments that define a function's code."""
    handler = handler_of(request)
    folder, images = folder_of(handler), request.target.images
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


def settings(request: Request) -> dict[str, Any]:
    """Return the arguments that define a function's settings."""
    return {
        "Role": request.require("role"),
        "Environment": {"Variables": _environment(request, handler_of(request))},
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
    }


def all_settings(request: Request) -> dict[str, Any]:
    """Return the arguments that define every setting, even those that the program leaves out."""
    logging = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{request.id}"}
    return {**_UNSET, "LoggingConfig": logging, **settings(request)}


def _environment(request: Request, handler: str) -> dict[str, str]:
    """Add the variables that Lambda sets for its runtime and the emulator does not."""
    logging = request.get("loggingConfig", {})
    given = request.get("environment", {}).get("variables", {})
    return {
        **_live_variables(request.target, handler),
        **({"_LOCAL_ERROR_TEXTS": "1"} if request.target.error_texts else {}),
        # A function signs for callers, who reach the emulator by its URL outside of containers.
        **{name: _reached(request.target, request.target.here(v)) for name, v in given.items()},
        "_HANDLER": handler,
        "AWS_LAMBDA_LOG_FORMAT": logging.get("logFormat", "Text"),
        "AWS_LAMBDA_LOG_LEVEL": logging.get("applicationLogLevel", "INFO"),
    }


def _reached(target: Target, value: Any) -> Any:
    """Return a variable as the function needs it: a container calls APIs by the emulator's name.

    Clients' URLs (``ws://``) stay as they are.
    """
    api_url = f"{target.aws.endpoint}/_aws/execute-api/"
    if target.images is None or not isinstance(value, str) or not value.startswith(api_url):
        return value
    return value.replace("//127.0.0.1:", "//host.docker.internal:", 1)  # see containers.py


def _live_variables(target: Target, handler: str) -> dict[str, str]:
    """Return what ``live.py`` needs to import the handler; nothing if the image holds it."""
    if target.images and not target.live:
        return {}
    return {
        "_LOCAL_PROJECT": str(target.live or target.root.resolve()),
        "_LOCAL_HANDLER": handler,
    }
