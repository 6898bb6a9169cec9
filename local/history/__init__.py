"""The history of the local cloud: what began, what followed from it, and where it is kept."""
