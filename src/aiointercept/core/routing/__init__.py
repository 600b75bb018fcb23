"""Which mock and which route takes a request, and what it answers."""
