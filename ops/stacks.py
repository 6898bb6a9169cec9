"""Names of stacks that mean something to every command."""

LOCAL = "local"
"""The stack of this machine's cloud, which the Pulumi CLI does not know."""
