"""Permissions to deploy the callers' user pool and the firewall.

ARNs of user pools and APIs contain ids, no names, so conditions on tags identify them.
"""

from bootstrap.permissions.model import NEW, OURS, UNCLAIMED, Permission, arn, may

_POOL = arn("cognito-idp", "userpool/*")
_ACL = arn("wafv2", "regional/webacl/{name}-*")
_GRAPHS = arn("appsync", "apis/*")
_STAGES = arn("apigateway", "/restapis/*/stages/*", account="")
_POOLED = "Create{0} Describe{0} Update{0} Delete{0}"

TYPES: dict[str, tuple[Permission, ...]] = {
    "aws:cognito/userPool:UserPool": (
        may("cognito-idp", "CreateUserPool", "*", when=NEW),  # it has no resource to name
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
        may("cognito-idp", "DescribeUserPoolDomain", "*"),  # it has no resource to name
    ),
    "aws:wafv2/webAcl:WebAcl": (
        # Also on AWS's managed rule groups, which belong to no account.
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
        may("wafv2", "AssociateWebACL DisassociateWebACL GetWebACLForResource", _GRAPHS),
        may("appsync", "SetWebACL", "*"),  # it has no resource to name
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
            "*",  # they have no resource to name
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
