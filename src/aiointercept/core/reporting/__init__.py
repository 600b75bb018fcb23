"""Messages for people: near misses, assertions, differences, summaries."""
