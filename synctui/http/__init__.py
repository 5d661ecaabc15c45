"""HTTP: the only layer that talks to the network."""
