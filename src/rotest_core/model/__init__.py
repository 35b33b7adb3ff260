"""What things are: records, lookups, resources and requests."""
