"""Tests that share devices; the best makespan of each workload is proven optimal.

Each file: ``workers``, ``devices`` (id, type), ``init_s`` (seconds that a device needs when it is taken fresh),
``tests`` (id, ``duration`` in seconds, ``needs``: a list of acceptable types for each request; ``group``: what a user
of pytest-xdist would group it by). ``bounds.target`` is the best makespan, one initialization of each device included.
"""
