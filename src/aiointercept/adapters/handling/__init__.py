"""How a request that has arrived is answered: one performer for each kind of reply."""
