"""What can be wrong, and be mended by whoever reads it."""


class RedriveError(Exception):
    """Says what is wrong, the value given, and what to do; printed without a traceback."""


class CannotRedrive(Exception):
    """One dead letter cannot be processed again; the text says why, and quotes nothing of it."""
