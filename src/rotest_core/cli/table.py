"""Text in columns, for people; programs ask for ``--json``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from unicodedata import combining, east_asian_width

from rotest_core.cli.color import styled

if TYPE_CHECKING:
    from typing import TextIO

_GAP = "  "
_NARROW = 8  # characters that tell what a column is about
_ON_ONE_LINE = {ord(character): " " for character in "\n\r\t\v\f"}


def table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, color: bool = False, width: int | None = None
) -> str:
    """Lay rows out in aligned columns.

    Args:
        headings: one for each column.
        rows: texts, as many in each row as there are headings.
        color: whether the headings are set in bold.
        width: columns of the terminal; the widest columns of the table are cut to fit. None for any width.

    Returns:
        Lines with their ends; nothing but the headings when there are no rows.
    """
    rows = [[cell.translate(_ON_ONE_LINE) for cell in row] for row in rows]
    widths = [max(map(_width, column)) for column in zip(headings, *rows, strict=True)]
    if width is not None:
        _shrink(widths, width - len(_GAP) * (len(widths) - 1))
    lines = [styled(_line(headings, widths), "bold", color)]
    lines += [_line(row, widths) for row in rows]
    return "".join(f"{line}\n" for line in lines)


def terminal_width(stream: TextIO) -> int | None:
    """Tell how many columns the terminal behind a stream has; None where there is no terminal."""
    if not stream.isatty():
        return None
    from shutil import get_terminal_size

    return get_terminal_size().columns


def _shrink(widths: list[int], room: int) -> None:
    """Take from the widest column, again and again, until all fit or all are narrow."""
    while sum(widths) > room and max(widths) > _NARROW:
        widest = widths.index(max(widths))
        widths[widest] -= 1


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    fitted = (_cut(cell, width) for cell, width in zip(cells, widths, strict=True))
    padded = (cell + " " * (width - _width(cell)) for cell, width in zip(fitted, widths, strict=True))
    return _GAP.join(padded).rstrip()


def _cut(text: str, width: int) -> str:
    if _width(text) <= width:
        return text
    while _width(text) > width - 1:
        text = text[:-1]
    return text + "…"


def _width(text: str) -> int:
    """Count the columns of a terminal that a text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if combining(character) else 2 if east_asian_width(character) in "WF" else 1 for character in text
    )
