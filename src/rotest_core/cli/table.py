"""Text in columns, for people; programs ask for ``--json``."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import combining, east_asian_width

from rotest_core.cli.color import styled

_GAP = "  "


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, color: bool = False) -> str:
    """Lay rows out in aligned columns.

    Args:
        headings: one for each column.
        rows: texts, as many in each row as there are headings.
        color: whether the headings are set in bold.

    Returns:
        Lines with their ends; nothing but the headings when there are no rows.
    """
    widths = [max(map(_width, column)) for column in zip(headings, *rows, strict=True)]
    lines = [styled(_line(headings, widths), "bold", color)]
    lines += [_line(row, widths) for row in rows]
    return "".join(f"{line}\n" for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True))
    return _GAP.join(padded).rstrip()


def _width(text: str) -> int:
    """Count the columns of a terminal that a text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if combining(character) else 2 if east_asian_width(character) in "WF" else 1 for character in text
    )
