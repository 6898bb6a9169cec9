"""Tells the benchmarks how to measure this function."""

MAKES_ONE_CALL = True
