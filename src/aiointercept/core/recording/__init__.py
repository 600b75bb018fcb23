"""Cassettes as values: recorded exchanges, their file formats, and the secrets masked in them.

Adapters read and write the files, and record and perform the exchanges.
"""
