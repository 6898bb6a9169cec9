"""The console: one page of the local cloud, in the emulator's process and at its address."""
