"""The public API, assembled from the core and its adapters."""
