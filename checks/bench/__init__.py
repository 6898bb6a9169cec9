"""Measures what this software costs its users."""


class BenchError(Exception):
    """Something cannot be measured here; says what is missing."""
