"""The contents of the functions' images, and their build."""
