"""The functions of the application, as source: add, remove and test one; rename the project."""
