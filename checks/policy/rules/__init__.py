"""Table 1 of the security checks: each row is defined once, for the tests and the policy pack.

Modules here import each other relatively and nothing else of this project. Pulumi runs
``checks/policy/`` as a program, where this package is ``rules``. In tests it is
``checks.policy.rules``.
"""
