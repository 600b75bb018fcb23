"""The real servers, and the way to them and back."""
