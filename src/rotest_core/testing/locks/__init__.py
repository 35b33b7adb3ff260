"""The contract of lock strategies, in parts."""
