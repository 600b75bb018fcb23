"""Formats of recorded traffic, read and written as values: HAR, and that of VCR.py."""
