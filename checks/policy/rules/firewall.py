"""Row 27: firewalls in front of APIs."""

from .model import STAGE, Resource, Stack
from .rule import Problems, rule

WEB_ACL = "wafv2/webAcl:WebAcl"


@rule(27, "APIGateway.4, CK2_29, Nag-APIG3", STAGE, production=True)
def firewall(stage: Resource, stack: Stack) -> Problems:
    """A firewall with managed rules and a limit per address protects the API, and logs."""
    associations = stack.referring(
        "wafv2/webAclAssociation:WebAclAssociation", "resourceArn", stage
    )
    acls = [acl for a in associations for acl in stack.targets(a, "webAclArn", WEB_ACL)]
    if not acls:
        yield "no WebAclAssociation connects it to a WebAcl of the stack; create both"
    for acl in acls:
        yield from _blocking(acl)
        logs = stack.referring(
            "wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "resourceArn", acl
        )
        if not logs:
            yield f"its WebAcl {acl.name} does not log; give it a WebAclLoggingConfiguration"


def _blocking(acl: Resource) -> Problems:
    rules = acl.get("rules") or []
    managed = [
        r
        for r in rules
        if r.get("statement", {}).get("managedRuleGroupStatement")
        and "count" not in (r.get("overrideAction") or {})
    ]
    limits = [
        r
        for r in rules
        if r.get("statement", {}).get("rateBasedStatement") and "block" in (r.get("action") or {})
    ]
    if not managed:
        yield f"its WebAcl {acl.name} has no managedRuleGroupStatement that blocks; add one"
    if not limits:
        yield f"its WebAcl {acl.name} has no rateBasedStatement that blocks; add one"
