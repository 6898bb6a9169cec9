"""Table 1 of the security checks: one definition of each row, for the tests and the policy pack.

Modules import one another relatively, and nothing else of this project. Pulumi runs
``checks/policy/`` as a program, where this package is ``rules``; in tests it is
``checks.policy.rules``.
"""
