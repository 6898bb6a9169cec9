"""Shows what is in a dead-letter queue, and has it processed again; deletes what went well only."""
