"""What the commands for deployed stacks share: how they find a stack's outputs."""
