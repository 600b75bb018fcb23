"""Answering requests that have arrived: one performer for each kind of reply."""
