"""Rotest's command `shell`, and IPython's debugger."""
