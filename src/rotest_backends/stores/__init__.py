"""The stores that come with Rotest."""
