"""Pulumi components: each makes one thing, and its verbs say who may use it."""
