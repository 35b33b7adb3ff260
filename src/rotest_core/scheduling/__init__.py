"""Which test runs when, where and how often: a run as a whole, over workers that run one test at a time."""
