"""Checks, before a deployment touches anything, that it has what it needs."""
