"""What there is to run, and in what order: from files to a plan, without leasing anything."""
