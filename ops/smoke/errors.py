"""What can be wrong, and be mended by whoever reads it."""


class SmokeError(Exception):
    """Says what is wrong, the value given, and what to do; printed without a traceback."""


class Failed(SmokeError):
    """The stack does not do what it should; the text says what was expected, and what came."""
