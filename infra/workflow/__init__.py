"""State machines of AWS Step Functions."""
