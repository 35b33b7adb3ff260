"""Contracts that prove a backend, for the authors of plugins."""
