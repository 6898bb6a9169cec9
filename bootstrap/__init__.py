"""What an account has once, and every stack in it needs: state, and who may deploy."""
