"""What goes over HTTP, as values: messages, URLs, forms, events."""
