"""Code in the emulator's process that handles requests before the emulator does."""
