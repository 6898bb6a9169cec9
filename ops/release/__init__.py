"""Moves functions to their newest version step by step, and back if an alarm fires."""
