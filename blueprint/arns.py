"""A recorder whose resources have ARNs in AWS's own forms, which IAM's rules are about."""

from pulumi.runtime import mocks

from blueprint.recording import ACCOUNT, REGION, Answer, Recorder


class ArnRecorder(Recorder):
    """Answers with the ARNs that AWS would give the resources."""

    def new_resource(self, args: mocks.MockResourceArgs) -> Answer:
        """Record a resource, and correct the ARNs among its outputs."""
        identity, outputs = super().new_resource(args)
        recorded = outputs.get("arn")
        if args.typ not in _ARNS or recorded is None:
            return identity, outputs
        arn = _ARNS[args.typ].format(name=args.name, region=REGION, account=ACCOUNT)
        return identity, {
            key: value.replace(recorded, arn) if isinstance(value, str) else value
            for key, value in outputs.items()
        }


# Types whose ARN is not just service and name. A missing one is noticed: no action of a policy
# fits it. The forms are in the tables of
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
_ARNS = {
    "aws:cloudwatch/logGroup:LogGroup": "arn:aws:logs:{region}:{account}:log-group:{name}",
    "aws:dynamodb/table:Table": "arn:aws:dynamodb:{region}:{account}:table/{name}",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": (
        "arn:aws:iam::{account}:oidc-provider/{name}"
    ),
    "aws:iam/policy:Policy": "arn:aws:iam::{account}:policy/{name}",
    "aws:iam/role:Role": "arn:aws:iam::{account}:role/{name}",
    "aws:kms/key:Key": "arn:aws:kms:{region}:{account}:key/{name}",
    "aws:lambda/alias:Alias": "arn:aws:lambda:{region}:{account}:function:{name}:live",
    "aws:lambda/function:Function": "arn:aws:lambda:{region}:{account}:function:{name}",
    "aws:s3/bucket:Bucket": "arn:aws:s3:::{name}",
    "aws:secretsmanager/secret:Secret": "arn:aws:secretsmanager:{region}:{account}:secret:{name}",
    "aws:sesv2/configurationSet:ConfigurationSet": (
        "arn:aws:ses:{region}:{account}:configuration-set/{name}"
    ),
    "aws:sesv2/emailIdentity:EmailIdentity": "arn:aws:ses:{region}:{account}:identity/{name}",
}
