"""Tests a deployed stack through its API, as its callers use it."""
