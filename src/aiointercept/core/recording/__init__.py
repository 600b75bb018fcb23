"""Cassettes as values: recorded exchanges, the formats that hold them, and what is hidden in them.

Files, and how an exchange is recorded and performed, are up to the adapters.
"""
