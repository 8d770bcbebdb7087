"""Set-up and start of the one-machine installation: what `make` calls."""
