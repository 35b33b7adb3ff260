"""The leases."""
