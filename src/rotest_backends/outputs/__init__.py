"""The output handlers that come with Rotest."""
