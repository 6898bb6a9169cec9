"""Shows what is in a dead-letter queue, and processes it again; deletes only what succeeded."""
