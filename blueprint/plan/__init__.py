"""What a change does to a stack: this tree's program against another revision's."""
