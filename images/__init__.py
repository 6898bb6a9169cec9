"""What a function's image is made of, and how it is built."""
