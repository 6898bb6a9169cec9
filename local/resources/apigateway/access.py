"""Who may call an API: keys, usage plans, authorizers, and custom domains."""

from collections.abc import Mapping
from typing import Any

from local.resources.names import present
from local.resources.registry import ANEW, resource
from local.resources.request import Request, ResourceState


@resource(
    "aws:apigateway/apiKey:ApiKey",
    passes="name description enabled value customerId",
    update=ANEW,
    delete=lambda request: request.client("apigateway").delete_api_key(apiKey=request.id),
)
def api_key(request: Request) -> ResourceState:
    """Make a key that callers send as ``x-api-key``; a change keeps the value that AWS chose."""
    name = request.physical_name(1024)
    kept = None if request.changed("value") else request.output("value")
    key = request.client("apigateway").create_api_key(
        name=name,
        enabled=request.get("enabled", True),
        **present(
            description=request.get("description"),
            value=request.get("value", kept),
            customerId=request.get("customerId"),
        ),
    )
    return ResourceState(
        key["id"],
        {
            "name": name,
            "value": key["value"],
            "arn": f"arn:aws:apigateway:{request.target.aws.region}::/apikeys/{key['id']}",
        },
    )


@resource(
    "aws:apigateway/usagePlan:UsagePlan",
    passes="name description apiStages quotaSettings throttleSettings",
    ignores="productCode",  # of AWS Marketplace
    delete=lambda request: request.client("apigateway").delete_usage_plan(usagePlanId=request.id),
)
def usage_plan(request: Request) -> ResourceState:
    """Limit the rate and number of calls made with a key."""
    name = request.physical_name(1024)
    plan = request.client("apigateway").create_usage_plan(
        name=name,
        **present(
            description=request.get("description"),
            apiStages=[_stage(stage) for stage in request.get("apiStages", [])],
            quota=request.get("quotaSettings"),
            throttle=request.get("throttleSettings"),
        ),
    )
    return ResourceState(
        plan["id"],
        {
            "name": name,
            "arn": f"arn:aws:apigateway:{request.target.aws.region}::/usageplans/{plan['id']}",
        },
    )


@resource(
    "aws:apigateway/usagePlanKey:UsagePlanKey",
    passes="usagePlanId keyId keyType",
    delete=lambda request: request.client("apigateway").delete_usage_plan_key(
        usagePlanId=request.require("usagePlanId"), keyId=request.require("keyId")
    ),
)
def usage_plan_key(request: Request) -> ResourceState:
    """Add a key to a usage plan."""
    key = request.client("apigateway").create_usage_plan_key(
        usagePlanId=request.require("usagePlanId"),
        keyId=request.require("keyId"),
        keyType=request.require("keyType"),
    )
    return ResourceState(key["id"], {"name": key.get("name", ""), "value": key.get("value", "")})


@resource(
    "aws:apigateway/authorizer:Authorizer",
    passes=(
        "restApi name type providerArns identitySource identityValidationExpression authorizerUri "
        "authorizerCredentials authorizerResultTtlInSeconds"
    ),
    delete=lambda request: request.client("apigateway").delete_authorizer(
        restApiId=request.require("restApi"), authorizerId=request.id
    ),
)
def authorizer(request: Request) -> ResourceState:
    """Make an authorizer, which checks the caller's token.

    The emulator (1.5.33) checks signature, issuer, times and scopes as AWS does. It takes a pool
    that does not exist, which AWS refuses: so that is looked up first.
    """
    for arn in request.get("providerArns", []):
        request.client("cognito-idp").describe_user_pool(UserPoolId=arn.rpartition("/")[2])
    name = request.physical_name(128)
    api = request.require("restApi")
    response = request.client("apigateway").create_authorizer(
        restApiId=api,
        name=name,
        type=request.get("type", "TOKEN"),
        **present(
            providerARNs=request.get("providerArns"),
            identitySource=request.get("identitySource"),
            identityValidationExpression=request.get("identityValidationExpression"),
            authorizerUri=request.get("authorizerUri"),
            authorizerCredentials=request.get("authorizerCredentials"),
            authorizerResultTtlInSeconds=request.get("authorizerResultTtlInSeconds"),
        ),
    )
    return ResourceState(
        response["id"],
        {
            "name": name,
            "arn": f"arn:aws:apigateway:{request.target.aws.region}::/restapis/{api}"
            f"/authorizers/{response['id']}",
        },
    )


@resource(
    "aws:apigateway/domainName:DomainName",
    passes=(
        "domainName certificateArn regionalCertificateArn endpointConfiguration securityPolicy"
    ),
    ignores="ownershipVerificationCertificateArn mutualTlsAuthentication policy routingMode",
    update=ANEW,
    fixed="domainName",
    resets=True,
    delete=lambda request: request.client("apigateway").delete_domain_name(domainName=request.id),
)
def domain_name(request: Request) -> ResourceState:
    """Make a custom domain; no name on this machine resolves to it."""
    endpoint = request.get("endpointConfiguration")
    name = request.require("domainName")
    response = request.client("apigateway").create_domain_name(
        domainName=name,
        **present(
            certificateArn=request.get("certificateArn"),
            regionalCertificateArn=request.get("regionalCertificateArn"),
            endpointConfiguration=endpoint and {"types": [endpoint["types"]]},
            securityPolicy=request.get("securityPolicy"),
        ),
    )
    return ResourceState(
        name,
        {
            "arn": f"arn:aws:apigateway:{request.target.aws.region}::/domainnames/{name}",
            "regionalDomainName": response.get("regionalDomainName", ""),
            "regionalZoneId": response.get("regionalHostedZoneId", ""),
            "cloudfrontDomainName": response.get("distributionDomainName", ""),
            "cloudfrontZoneId": response.get("distributionHostedZoneId", ""),
        },
    )


@resource(
    "aws:apigateway/basePathMapping:BasePathMapping",
    passes="domainName restApi stageName basePath",
    ignores="domainNameId",
    update=ANEW,
    delete=lambda request: request.client("apigateway").delete_base_path_mapping(
        domainName=request.require("domainName"), basePath=request.get("basePath", "(none)")
    ),
)
def base_path_mapping(request: Request) -> ResourceState:
    """Serve a stage under a custom domain."""
    name, base = request.require("domainName"), request.get("basePath")
    request.client("apigateway").create_base_path_mapping(
        domainName=name,
        restApiId=request.require("restApi"),
        **present(stage=request.get("stageName"), basePath=base),
    )
    return ResourceState(f"{name}/{base or ''}")


def _stage(given: Mapping[str, Any]) -> dict[str, Any]:
    limits = {
        throttle["path"]: present(
            burstLimit=throttle.get("burstLimit"), rateLimit=throttle.get("rateLimit")
        )
        for throttle in given.get("throttles") or []
    }
    return present(apiId=given["apiId"], stage=given["stage"], throttle=limits or None)
