"""Permissions in AWS: of those who deploy the program, and of the program's own roles."""
