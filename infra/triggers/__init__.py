"""What invokes a function: one module for each kind of source."""
