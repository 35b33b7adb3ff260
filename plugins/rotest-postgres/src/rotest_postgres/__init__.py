"""The inventory and the leases of Rotest in a PostgreSQL database, for all hosts that can reach it."""
