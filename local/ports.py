"""The ports that the local cloud uses unless the user names others."""

PORT = 4566
"""The emulator's, and so that of every URL."""

DEBUG_PORT = 5678
"""Where an editor attaches; editors look there unless they are told otherwise."""
