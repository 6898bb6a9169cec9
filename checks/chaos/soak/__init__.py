"""Sends through every trigger while faults are injected, and accounts for every input."""
