"""What runs in the emulator's process, before the emulator."""
