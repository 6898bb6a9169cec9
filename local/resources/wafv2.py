"""Web ACLs; the emulator stores them and lets every request pass."""

from typing import Any

from local.resources.names import pascal
from local.resources.registry import PUT, resource
from local.resources.request import Request, ResourceState

_RENAMES = {"cloudwatchMetricsEnabled": "CloudWatchMetricsEnabled"}


def _delete_acl(request: Request) -> None:
    place = {"Name": request.output("name"), "Scope": request.require("scope"), "Id": request.id}
    client = request.client("wafv2")
    client.delete_web_acl(**place, LockToken=client.get_web_acl(**place)["LockToken"])


@resource(
    "aws:wafv2/webAcl:WebAcl",
    passes=(
        "name description scope defaultAction customResponseBodies rules dataProtectionConfig "
        "visibilityConfig"
    ),
    delete=_delete_acl,
)
def web_acl(request: Request) -> ResourceState:
    """Make a web ACL; the emulator (1.5.33) drops its custom responses and protection settings."""
    name = request.physical_name(128)
    given = {
        key: request.get(key)
        for key in ("description", "scope", "defaultAction", "rules", "visibilityConfig")
    }
    arguments: dict[str, Any] = pascal(given, _RENAMES)
    if request.get("customResponseBodies"):  # a map in the API
        arguments["CustomResponseBodies"] = {
            body["key"]: pascal({k: v for k, v in body.items() if k != "key"})
            for body in request.require("customResponseBodies")
        }
    if request.get("dataProtectionConfig"):
        arguments["DataProtectionConfig"] = pascal(request.require("dataProtectionConfig"))
    summary = request.client("wafv2").create_web_acl(Name=name, **arguments)["Summary"]
    return ResourceState(summary["Id"], {"name": name, "arn": summary["ARN"]})


@resource(
    "aws:wafv2/webAclAssociation:WebAclAssociation",
    passes="resourceArn webAclArn",
    update=PUT,
    fixed="resourceArn",
    delete=lambda request: request.client("wafv2").disassociate_web_acl(
        ResourceArn=request.require("resourceArn")
    ),
)
def web_acl_association(request: Request) -> ResourceState:
    """Associate a web ACL with a stage."""
    acl, stage = request.require("webAclArn"), request.require("resourceArn")
    request.client("wafv2").associate_web_acl(WebACLArn=acl, ResourceArn=stage)
    return ResourceState(f"{acl},{stage}")


@resource(
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
    passes="resourceArn",
    ignores="logDestinationConfigs loggingFilter redactedFields",
    update=PUT,
    delete=lambda _request: None,
)
def web_acl_logging_configuration(request: Request) -> ResourceState:
    """Make nothing: the emulator (1.5.33) has no logs of web ACLs."""
    return ResourceState(request.require("resourceArn"))
