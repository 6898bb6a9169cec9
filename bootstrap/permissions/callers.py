"""Who calls the API: the user pool that knows them, and the firewall that refuses some.

ARNs of a user pool and of an API hold ids, no names: they are told by their tags.
"""

from bootstrap.permissions.model import NEW, OURS, UNCLAIMED, Permission, arn, may

_POOL = arn("cognito-idp", "userpool/*")
_ACL = arn("wafv2", "regional/webacl/{name}-*")
_STAGES = arn("apigateway", "/restapis/*/stages/*", account="")
_POOLED = "Create{0} Describe{0} Update{0} Delete{0}"

TYPES: dict[str, tuple[Permission, ...]] = {
    "aws:cognito/userPool:UserPool": (
        may("cognito-idp", "CreateUserPool", "*", when=NEW),  # it knows no resource
        may("cognito-idp", "TagResource", _POOL, when=NEW + UNCLAIMED),
        may(
            "cognito-idp",
            "DescribeUserPool GetUserPoolMfaConfig ListTagsForResource SetUserPoolMfaConfig "
            "TagResource UntagResource UpdateUserPool",
            _POOL,
            when=OURS,
        ),
        may("cognito-idp", "DeleteUserPool", _POOL, when=OURS, destroys=True),
    ),
    "aws:cognito/resourceServer:ResourceServer": (
        may("cognito-idp", _POOLED.format("ResourceServer"), _POOL, when=OURS),
    ),
    "aws:cognito/userPoolClient:UserPoolClient": (
        may("cognito-idp", _POOLED.format("UserPoolClient"), _POOL, when=OURS),
    ),
    "aws:cognito/userPoolDomain:UserPoolDomain": (
        may(
            "cognito-idp",
            "CreateUserPoolDomain DeleteUserPoolDomain UpdateUserPoolDomain",
            _POOL,
            when=OURS,
        ),
        may("cognito-idp", "DescribeUserPoolDomain", "*"),  # it knows no resource
    ),
    "aws:wafv2/webAcl:WebAcl": (
        # Also on the groups of rules that it takes from AWS, which are nobody's.
        may(
            "wafv2",
            "CreateWebACL UpdateWebACL",
            f"{_ACL}/*",
            arn("wafv2", "regional/managedruleset/*"),
        ),
        may(
            "wafv2",
            "DeleteWebACL GetWebACL ListTagsForResource TagResource UntagResource",
            f"{_ACL}/*",
        ),
    ),
    "aws:wafv2/webAclAssociation:WebAclAssociation": (
        may("wafv2", "AssociateWebACL GetWebACL GetWebACLForResource", f"{_ACL}/*"),
        may("wafv2", "AssociateWebACL DisassociateWebACL GetWebACLForResource", _STAGES),
        may("apigateway", "SetWebACL", _STAGES, when=OURS),
    ),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": (
        may(
            "wafv2",
            "DeleteLoggingConfiguration GetLoggingConfiguration PutLoggingConfiguration",
            f"{_ACL}/*",
        ),
        # https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
        may(
            "logs",
            "CreateLogDelivery DeleteLogDelivery DescribeLogGroups DescribeResourcePolicies "
            "PutResourcePolicy",
            "*",  # they know no resource
        ),
        # https://docs.aws.amazon.com/waf/latest/developerguide/using-service-linked-roles.html
        may(
            "iam",
            "CreateServiceLinkedRole",
            arn("iam", "role/aws-service-role/wafv2.amazonaws.com/*", region=""),
            when=(("StringEquals", "iam:AWSServiceName", "wafv2.amazonaws.com"),),
        ),
    ),
}
