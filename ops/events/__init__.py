"""What happened in a stack, in the words of the console and of `app trace`."""
