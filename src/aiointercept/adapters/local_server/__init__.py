"""How connections come in: sockets on loopback, memory, the helper thread."""
