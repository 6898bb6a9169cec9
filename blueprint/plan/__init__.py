"""Compares what this tree's program and another revision's register for a stack."""
