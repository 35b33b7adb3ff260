"""What a project may choose about its report."""

from __future__ import annotations

from typing import NamedTuple

ROW = 300
"""Bytes that the report may take for each passing test."""


class HtmlChoices(NamedTuple):
    """Choose how much the report holds.

    Args:
        log_lines: how many of its last log records are shown with a test.
        passed_details: KiB that details of tests that went well may take, beyond `ROW` bytes for each.
    """

    log_lines: int = 200
    passed_details: int = 256
