"""The executors that come with Rotest."""
