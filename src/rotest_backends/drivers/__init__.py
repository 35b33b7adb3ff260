"""The drivers that come with Rotest."""
