"""A plugin for Rotest to start from: a driver, an output handler, a store and a lock strategy."""
