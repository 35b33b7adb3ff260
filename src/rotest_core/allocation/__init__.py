"""Who may have what: inventory, matching, schedule and leases."""
