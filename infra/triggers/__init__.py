"""Triggers: one module for each kind of event source."""
