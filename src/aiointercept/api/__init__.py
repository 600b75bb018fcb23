"""The facade: what users hold in their hands, assembled from the core and its adapters."""
