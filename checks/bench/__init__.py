"""Measures what this software costs its users."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
BASELINES = ROOT / "checks" / "bench" / "baselines"


class BenchError(Exception):
    """Something cannot be measured here; says what is missing."""
