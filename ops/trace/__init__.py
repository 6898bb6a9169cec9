"""Finds what followed from a request, an upload or a message: ``app trace``."""
