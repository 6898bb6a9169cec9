"""GraphQL APIs of AWS AppSync."""
