"""One run: from paths to events."""
