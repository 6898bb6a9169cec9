"""Table 1 of the security checks: one definition of each row, for the tests and the policy pack.

Modules import one another relatively, and nothing else of this project: Pulumi runs ``policy/`` as
a program, to which this package is ``rules``; to the tests it is ``policy.rules``.
"""
