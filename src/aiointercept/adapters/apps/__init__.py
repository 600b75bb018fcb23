"""Whole applications in place of remote servers: running them and relaying requests to them."""
