"""The lock strategies that come with Rotest."""
