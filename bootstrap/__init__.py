"""The program for what every stack in an account shares: state, and the roles that deploy."""
