"""The border between the core and everything that can be exchanged."""
