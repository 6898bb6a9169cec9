"""Permissions to deploy the API and its domain's record.

Their ARNs contain ids, no names, so conditions on tags identify them; the parts of an API inherit
its tags.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-supported-resources.html
"""

from bootstrap.permissions.functions import passed_to
from bootstrap.permissions.model import NEW, OURS, Permission, arn, may

_RESTS = arn("apigateway", "/restapis", account="")
_REST = f"{_RESTS}/*"
_PLANS = arn("apigateway", "/usageplans", account="")
_KEYS = arn("apigateway", "/apikeys", account="")
_SOCKETS = arn("apigateway", "/apis", account="")
_GRAPHS = arn("appsync", "apis/*")
_DOMAINS = arn("apigateway", "/domainnames", account="")
_EVERY = "GET POST PUT PATCH DELETE"

# AWS asks for it when something is made with tags, and knows no condition on whose it is. So no tag
# is taken away: that would be allowed on everybody's.
_TAG_NEW = may("apigateway", "PUT", arn("apigateway", "/tags/*", account=""), when=NEW)
_SEVERAL = "GET POST PATCH DELETE"  # of what is in them, none is put
_INSIDE = (may("apigateway", _EVERY, _REST, when=OURS),)

TYPES: dict[str, tuple[Permission, ...]] = {
    "aws:apigateway/restApi:RestApi": (
        may("apigateway", "POST", _RESTS, when=NEW),
        _TAG_NEW,
        *_INSIDE,
    ),
    **{
        f"aws:apigateway/{kind[0].lower()}{kind[1:]}:{kind}": _INSIDE
        for kind in (
            "Authorizer",
            "Deployment",
            "Integration",
            "IntegrationResponse",
            "Method",
            "MethodResponse",
            "MethodSettings",
            "Model",
            "RequestValidator",
            "Resource",
            "Response",
        )
    },
    "aws:apigatewayv2/api:Api": (
        may("apigateway", "POST", _SOCKETS, when=NEW),
        _TAG_NEW,
        may("apigateway", _EVERY, f"{_SOCKETS}/*", when=OURS),
    ),
    **{
        f"aws:apigatewayv2/{kind[0].lower()}{kind[1:]}:{kind}": (
            may("apigateway", _EVERY, f"{_SOCKETS}/*", when=OURS),
        )
        for kind in ("Deployment", "Integration", "Route", "RouteResponse")
    },
    "aws:apigatewayv2/stage:Stage": (
        _TAG_NEW,
        may("apigateway", _EVERY, f"{_SOCKETS}/*", when=OURS),
    ),
    # AppSync knows no condition on a tag for an API's parts, and most have no resource to name.
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsappsync.html
    "aws:appsync/graphQLApi:GraphQLApi": (
        may("appsync", "CreateGraphqlApi", "*", when=NEW),
        may("appsync", "TagResource", _GRAPHS, when=NEW),
        may("appsync", "DeleteGraphqlApi GetGraphqlApi UpdateGraphqlApi", _GRAPHS, when=OURS),
        may("appsync", "ListTagsForResource UntagResource", _GRAPHS, when=OURS),
        may("appsync", "GetSchemaCreationStatus StartSchemaCreation", "*"),
        passed_to("appsync.amazonaws.com"),
    ),
    "aws:appsync/apiKey:ApiKey": (
        may("appsync", "CreateApiKey DeleteApiKey ListApiKeys UpdateApiKey", "*"),
    ),
    "aws:appsync/dataSource:DataSource": (
        may("appsync", "CreateDataSource DeleteDataSource GetDataSource UpdateDataSource", "*"),
        passed_to("appsync.amazonaws.com"),
    ),
    "aws:appsync/resolver:Resolver": (
        may("appsync", "CreateResolver DeleteResolver GetResolver UpdateResolver", "*"),
    ),
    "aws:apigateway/stage:Stage": (_TAG_NEW, *_INSIDE),
    "aws:apigateway/usagePlan:UsagePlan": (
        may("apigateway", "POST", _PLANS, when=NEW),
        _TAG_NEW,
        may("apigateway", _SEVERAL, f"{_PLANS}/*", when=OURS),
    ),
    "aws:apigateway/usagePlanKey:UsagePlanKey": (
        may("apigateway", _SEVERAL, f"{_PLANS}/*", when=OURS),
    ),
    "aws:apigateway/apiKey:ApiKey": (
        may("apigateway", "POST", _KEYS, when=NEW),
        _TAG_NEW,
        may("apigateway", "GET PATCH DELETE", f"{_KEYS}/*", when=OURS),
    ),
    "aws:apigateway/domainName:DomainName": (
        may("apigateway", "POST", _DOMAINS, when=NEW),
        _TAG_NEW,
        may("apigateway", _SEVERAL, f"{_DOMAINS}/*", when=OURS),
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/using-service-linked-roles.html
        may(
            "iam",
            "CreateServiceLinkedRole",
            arn("iam", "role/aws-service-role/ops.apigateway.amazonaws.com/*", region=""),
            when=(("StringEquals", "iam:AWSServiceName", "ops.apigateway.amazonaws.com"),),
        ),
    ),
    "aws:apigateway/basePathMapping:BasePathMapping": (
        may("apigateway", _SEVERAL, f"{_DOMAINS}/*", when=OURS),
    ),
    "aws:route53/record:Record": (
        may(
            "route53",
            "ChangeResourceRecordSets GetChange GetHostedZone ListResourceRecordSets",
            arn("route53", "hostedzone/{zone}", region="", account=""),
            arn("route53", "change/*", region="", account=""),
        ),
    ),
}
