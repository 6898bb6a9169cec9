"""The policy pack: ``pulumi preview --policy-pack policy``.

Pulumi runs this folder as a program, which makes ``rules`` a package at the top.
"""

import pulumi_policy
from rules.pack import policies

pulumi_policy.PolicyPack(
    "serverless-app", policies(), enforcement_level=pulumi_policy.EnforcementLevel.MANDATORY
)
