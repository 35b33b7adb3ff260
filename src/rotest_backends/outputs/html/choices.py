"""What a project may choose about its report."""

from __future__ import annotations

from typing import NamedTuple

ROW = 300
"""Bytes that the report may take for each passing test."""


RUNS = 20
"""How many earlier runs are shown where nobody says how many."""


class HtmlChoices(NamedTuple):
    """Choose how much the report holds.

    Args:
        log_lines: how many of its last log records are shown with a test.
        passed_details: KiB that details of tests that went well may take, beyond `ROW` bytes for each.
        history: how many earlier runs are shown; None for `RUNS` where the run is kept in a results store, else none.
        compare: the run to compare with, by its identifier; the one before if empty.
    """

    log_lines: int = 200
    passed_details: int = 256
    history: int | None = None
    compare: str = ""
