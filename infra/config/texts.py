"""Types of texts in a configuration: addresses, ARNs, URLs."""

from ipaddress import IPv4Network
from typing import Annotated

from pydantic import AfterValidator

from infra.config.origins import as_sent, check_port
from infra.config.section import Form


def _private_block(cidr: str) -> str:
    """Check that the text is a block of private addresses that can be split into two subnets.

    A VPC and each of its subnets have a mask of 16 to 28 bits.
    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
    """
    try:
        block = IPv4Network(cidr)
        fits = any(block.subnet_of(private) for private in _PRIVATE)
        fits = fits and _SHORTEST <= block.prefixlen <= _LONGEST
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            "must be a block of private addresses such as 10.20.0.0/24, within 10.0.0.0/8, "
            f"172.16.0.0/12 or 192.168.0.0/16, with a mask of {_SHORTEST} to {_LONGEST} bits and "
            "zeros after them"
        )
    return cidr


def _pool_is_of_its_region(arn: str) -> str:
    """Check that both regions in the ARN are the same: a pool's id begins with its region."""
    region, pool = arn.split(":")[3], arn.rpartition("/")[2]
    if not pool.startswith(f"{region}_"):
        raise ValueError(f"must name a pool of the ARN's region: its id begins with {region}_")
    return arn


# Lower case, as API Gateway requires; at least two labels.
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = rf"(?=.{{1,253}}$)({_LABEL}\.)+[a-z][a-z0-9-]{{0,61}}[a-z0-9]"
# ASCII, as SES requires; no quotes, brackets or spaces.
_ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_MAIL_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = (
    rf"(?=[^@]{{1,64}}@)(?=.{{3,254}}$){_ATOM}(\.{_ATOM})*"
    rf"@({_MAIL_LABEL}\.)+[A-Za-z][A-Za-z0-9-]{{0,61}}[A-Za-z0-9]"
)
# https://www.rfc-editor.org/rfc/rfc1918#section-3
_PRIVATE = [IPv4Network(b) for b in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]
_SHORTEST, _LONGEST = 16, 26  # half of the smallest still has about 25 usable addresses

PrivateBlock = Annotated[str, AfterValidator(_private_block)]
Origin = Annotated[
    str,
    Form(
        rf"[Hh][Tt][Tt][Pp][Ss]?://(?=[^:]{{1,253}}(:|$)){_MAIL_LABEL}(\.{_MAIL_LABEL})*"
        "(:(0|[1-9][0-9]{0,4}))?",
        "an origin such as https://app.example.com, without a path or *, an international domain "
        "in its Punycode form xn--…",
    ),
    AfterValidator(check_port),
    AfterValidator(as_sent),
]
EmailAddress = Annotated[
    str,
    Form(
        _ADDRESS,
        "one bare address such as no-reply@example.com: ASCII, without a name, brackets or spaces",
    ),
]
DomainName = Annotated[
    str, Form(_DOMAIN, "a domain name in lower case such as api.example.com, without https:// or *")
]
CertificateArn = Annotated[
    str,
    Form(
        "arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[A-Za-z0-9-]+",
        "the ARN of an ACM certificate, such as "
        "arn:aws:acm:eu-central-1:123456789012:certificate/1a2b3c4d",
    ),
]
PolicyArn = Annotated[
    str,
    Form(
        "arn:aws[a-z-]*:iam::[0-9]{12}:policy/[A-Za-z0-9+=,.@_/-]+",
        "the ARN of an IAM policy of your account, such as "
        "arn:aws:iam::123456789012:policy/acme-bootstrap-prod-boundary",
    ),
]
UserPoolArn = Annotated[
    str,
    Form(
        "arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:[0-9]{12}:userpool/[a-z0-9-]+_[A-Za-z0-9]+",
        "the ARN of a Cognito user pool, such as "
        "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_AbCdEfGhI",
    ),
    AfterValidator(_pool_is_of_its_region),
]
# https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateResourceServer.html
ResourceServerId = Annotated[
    str,
    Form(
        r"[\x21\x23-\x5b\x5d-\x7e]{1,256}",
        "the identifier of a resource server, such as users-api or https://api.example.com: ASCII, "
        "without spaces, quotation marks or backslashes",
    ),
]
CallbackUrl = Annotated[
    str,
    Form(
        rf"(?=.{{1,1024}}$)(https://{_MAIL_LABEL}(\.{_MAIL_LABEL})*|http://localhost)(:[0-9]{{1,5}})?"
        r"(/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?",
        "a URL such as https://app.example.com/callback, or http://localhost:3000/callback; "
        "without # or ?",
    ),
    AfterValidator(check_port),
]
BaseImage = Annotated[
    str,
    Form(
        r"(?=.{1,255}$)[a-z0-9]([a-z0-9._/-]|:[0-9]{1,5}/)*(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?"
        r"(@sha256:[0-9a-f]{64})?",
        "the name of an image, with its tag and best with its digest, such as "
        "public.ecr.aws/lambda/python:3.13@sha256:… (64 hexadecimal digits)",
    ),
]
Document = Annotated[str, Form(r"[^\s#]{1,500}", "a path or URL without spaces or #")]
HostedZoneId = Annotated[
    str, Form("Z[A-Z0-9]{1,31}", "the id of a Route 53 hosted zone, such as Z0123456789ABC")
]
SecretArn = Annotated[
    str,
    Form(
        "arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}",
        "the whole ARN of a secret, with the six characters at its end, such as "
        "arn:aws:secretsmanager:eu-central-1:123456789012:secret:mail-AbCdEf",
    ),
]
KeyArn = Annotated[
    str,
    Form(
        "arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+",
        "the ARN of a KMS key, such as "
        "arn:aws:kms:eu-central-1:123456789012:key/1a2b3c4d-0000-0000-0000-000000000000",
    ),
]
