"""What the commands for deployed stacks share: a stack's outputs, and clients of its region."""
