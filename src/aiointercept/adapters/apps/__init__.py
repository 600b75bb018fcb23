"""Whole applications in place of remote servers: running them, and carrying requests to them."""
