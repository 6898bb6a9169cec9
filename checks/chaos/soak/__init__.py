"""Sends inputs through every trigger under faults, and accounts for every input."""
