"""Accepting connections: sockets on loopback, connections in memory, the helper thread."""
