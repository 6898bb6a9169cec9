"""What this software costs its users, measured."""


class BenchError(Exception):
    """Something cannot be measured here; says what is missing."""
