"""Answers GraphQL requests as AWS AppSync does, in place of the emulator's own executor.

The emulator (1.5.33) stores APIs, keys, data sources and resolvers, and these modules read them
there. Its own executor supports neither batches nor direct resolvers' lists of results, neither
limits nor the switch for introspection, and it does not verify tokens.
"""
