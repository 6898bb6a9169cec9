"""What whoever deploys this program may do in AWS, and what the program's own roles may."""
