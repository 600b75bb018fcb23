"""Connections to the real servers, and recording what they answer."""
