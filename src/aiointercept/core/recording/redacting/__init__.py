"""Secrets: what counts as one, and how it is masked, in files and in messages."""
