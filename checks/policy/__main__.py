"""The policy pack: ``pulumi preview --policy-pack checks/policy``.

Pulumi runs this folder as a program, so ``rules`` is a top-level package here.
"""

import pulumi_policy
from rules.pack import policies

pulumi_policy.PolicyPack(
    "serverless", policies(), enforcement_level=pulumi_policy.EnforcementLevel.MANDATORY
)
