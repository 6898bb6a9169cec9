"""Shared by the commands for deployed stacks: a stack's outputs, and clients of its services."""
