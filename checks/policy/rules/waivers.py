"""Where the table is not followed to the letter, and why: for the tests and for the policy pack."""

from dataclasses import dataclass

from .model import BUCKET_LOGGING


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """Values that rows let pass, with the reason; no rows, where a whole control is left out."""

    rows: tuple[int, ...]
    what: str
    values: frozenset[str] = frozenset()
    reason: str

    def __contains__(self, value: object) -> bool:
        return value in self.values


BUILD_CACHE = Waiver(
    rows=(1,),
    what="a repository's tags are immutable but for the build cache's",
    values=frozenset({"cache"}),
    reason="Every build overwrites the cache's one tag, and no function runs from it.",
)
SOURCE_IN_ARN = Waiver(
    rows=(14,),
    what="permissions of API Gateway name no source account",
    values=frozenset({"apigateway.amazonaws.com"}),
    reason="API Gateway sends none; its source ARN names the account.",
)
WITHOUT_RESOURCE = Waiver(
    rows=(18,),
    what="actions that are allowed on everything",
    values=frozenset(
        {"xray:PutTelemetryRecords", "xray:PutTraceSegments", "logs:DescribeLogGroups"}
    ),
    reason="X-Ray's writes take no resource; nor does what API Gateway asks of a log role, to list "
    "the account's log groups.",
)
CONNECTION = Waiver(
    rows=(18,),
    what="actions by which Lambda connects functions to a network, on everything",
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
    reason="Lambda does it by the function's role, and takes no narrower resources. "
    "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",
)
PREFLIGHT = Waiver(
    rows=(28, 29),
    what="preflights are asked for neither a token nor a valid body",
    values=frozenset({"OPTIONS"}),
    reason="Browsers send them without credentials and body, and the gateway answers by itself.",
)
API_KEY = Waiver(
    rows=(28,),
    what="methods with authorization NONE, where they ask for an API key",
    reason="A key makes callers known, and limits them; CK59 asks for no more.",
)
LOG_BUCKET = Waiver(
    rows=(41, 44),
    what="a bucket that S3 logs into is encrypted by S3's key, and not logged itself",
    values=frozenset({BUCKET_LOGGING}),
    reason="S3 delivers access logs to no bucket with a KMS key, and logs of the logs never end.",
)
LEFT_OUT = (
    Waiver(
        rows=(),
        what="API caching, and its encryption (CK120, CK225)",
        reason="A cache of answers would hold personal data.",
    ),
    Waiver(
        rows=(),
        what="code signing (CK272)",
        reason="Lambda signs no container images; they are deployed by digest (row 6).",
    ),
    Waiver(
        rows=(),
        what="replication to another region (CK144)",
        reason="The system lives in one region.",
    ),
    Waiver(
        rows=(),
        what="client certificates (CK2_51)",
        reason="The gateway's backends are functions, which IAM guards.",
    ),
)
"""Controls of the catalogues that no row asks for."""

WAIVERS = (
    BUILD_CACHE,
    SOURCE_IN_ARN,
    WITHOUT_RESOURCE,
    CONNECTION,
    PREFLIGHT,
    API_KEY,
    LOG_BUCKET,
    *LEFT_OUT,
)
