"""The output ``html``: one file that shows a run, opens from disk without a network, and prints."""
