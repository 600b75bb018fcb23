"""The protocols between the core and its adapters, one to a file, each with its contract."""
