"""Smoke tests: a deployed stack is tried through its API, as its callers use it."""
