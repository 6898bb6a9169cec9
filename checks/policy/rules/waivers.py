"""Exceptions from the table, each with its reason, for the tests and the policy pack."""

from dataclasses import dataclass

from .model import BUCKET_LOGGING


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """Values that rows allow, with the reason. Without rows, a whole control is left out."""

    rows: tuple[int, ...]
    what: str
    values: frozenset[str] = frozenset()
    reason: str

    def __contains__(self, value: object) -> bool:
        return value in self.values


SOURCE_IN_ARN = Waiver(
    rows=(14,),
    what="permissions of API Gateway name no source account",
    values=frozenset({"apigateway.amazonaws.com"}),
    reason="API Gateway sends no source account; its source ARN names the account.",
)
WITHOUT_RESOURCE = Waiver(
    rows=(18,),
    what="actions that are allowed on all resources",
    values=frozenset(
        {
            "logs:CreateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:DescribeLogGroups",
            "logs:DescribeResourcePolicies",
            "logs:GetLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:UpdateLogDelivery",
            "xray:GetSamplingRules",
            "xray:GetSamplingTargets",
            "xray:PutTelemetryRecords",
            "xray:PutTraceSegments",
        }
    ),
    reason="X-Ray's actions support no resources, nor do listing the account's log groups, which "
    "API Gateway requires of its log role, and log delivery, which Step Functions requires. "
    "https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html",
)
CONNECTION = Waiver(
    rows=(18,),
    what="actions with which Lambda connects functions to a network, on all resources",
    values=frozenset(
        {
            "ec2:AssignPrivateIpAddresses",
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:UnassignPrivateIpAddresses",
        }
    ),
    reason="Lambda uses the function's role for it, and requires all resources. "
    "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",
)
PREFLIGHT = Waiver(
    rows=(28, 29),
    what="preflight requests need neither a token nor a valid body",
    values=frozenset({"OPTIONS"}),
    reason="Browsers send them without credentials or body, and the gateway itself answers.",
)
NO_BODY = Waiver(
    rows=(29,),
    what="operations with POST that take no body name no model of it",
    values=frozenset({"createTicket"}),
    reason="There is nothing to validate; the function reads no body.",
)
OUTSIDE = Waiver(
    rows=(15,),
    what="functions that send to a WebSocket API's clients are in no VPC",
    values=frozenset({"apigatewayv2/api:Api"}),
    reason="No VPC endpoint leads to a WebSocket API, and the network has no way to the internet. "
    "https://docs.aws.amazon.com/whitepapers/latest/best-practices-api-gateway-private-apis-integration/websocket-api.html",
)
API_KEY = Waiver(
    rows=(28,),
    what="methods with authorization NONE that require an API key",
    reason="A key identifies and limits callers; CK59 requires no more.",
)
LOG_BUCKET = Waiver(
    rows=(41, 44),
    what="a bucket for S3 access logs is encrypted with S3's key, and not logged itself",
    values=frozenset({BUCKET_LOGGING}),
    reason="S3 delivers no access logs to a bucket with a KMS key, and logs of logs never end.",
)
EMULATOR = Waiver(
    rows=(40, 48),
    what="buckets and queues of a stack with the key `emulator` accept requests without TLS",
    reason="The emulator speaks plain HTTP, and a production stack refuses the key.",
)
SENDING_IN_EMULATOR = Waiver(
    rows=(18,),
    what="in a stack with the key `emulator`, sending e-mail on all resources",
    values=frozenset({"ses:SendEmail"}),
    reason="The emulator checks sending against no other resource.",
)
WAY_OUT = Waiver(
    rows=(57,),
    what="one rule that lets functions out to the internet, by HTTPS, with `network.internet`",
    values=frozenset({"HTTPS to the internet, as network.internet says"}),
    reason="An e-mail provider other than SES is on the internet. Only functions whose grants need "
    "it are in the rule's group, and a NAT gateway lets nobody in.",
)
LEFT_OUT = (
    Waiver(
        rows=(),
        what="API caching, and its encryption (CK120, CK225)",
        reason="A cache of responses would hold personal data.",
    ),
    Waiver(
        rows=(),
        what="code signing (CK272)",
        reason="Lambda does not support it for images, which are deployed by digest (row 6).",
    ),
    Waiver(
        rows=(),
        what="replication to another region (CK144)",
        reason="The system runs in one region.",
    ),
    Waiver(
        rows=(),
        what="client certificates (CK2_51)",
        reason="The gateway's backends are functions, which IAM protects.",
    ),
)
"""Controls of the sources that no row requires."""

WAIVERS = (
    SOURCE_IN_ARN,
    WITHOUT_RESOURCE,
    CONNECTION,
    PREFLIGHT,
    NO_BODY,
    OUTSIDE,
    API_KEY,
    LOG_BUCKET,
    EMULATOR,
    SENDING_IN_EMULATOR,
    WAY_OUT,
    *LEFT_OUT,
)
