"""Rotest's output handler `excel`."""
