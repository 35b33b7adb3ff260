"""The backends that come with Rotest, registered through the same entry point as anybody else's."""
