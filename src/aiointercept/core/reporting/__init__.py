"""What people are told: near misses, assertions, differences, summaries."""
