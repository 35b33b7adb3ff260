"""The formats of cells, each made once: a workbook keeps a table of them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format

BORDER = {"bottom": 1, "bottom_color": "#E3E3E3"}
DEEPEST_INDENT = 15
"""Steps of indentation that Excel shows."""


class Formats:
    """Make formats for one workbook."""

    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        self._workbook = workbook
        self._make = cache(self._add)
        self.header = self._add(
            bold=True, font_color="#FFFFFF", bg_color="#2F4858", valign="vcenter", border=0
        )
        self.title = self._add(bold=True, font_size=18, font_color="#2F4858")
        self.label = self._add(font_color="#6B6B6B", valign="top")
        self.value = self._add(valign="top", align="left")
        self.link = self._add(font_color="#0072B2", underline=1)
        self.section = self._add(bold=True, font_color="#2F4858", bottom=1, bottom_color="#2F4858")
        self.number = self._add(align="right")

    def _add(self, **properties: str | int) -> Format:
        return self._workbook.add_format(properties)

    def verdict(self, color: str) -> Format:
        """Return the format of the verdict."""
        return self._make(bold=True, font_size=18, font_color=color)

    def heading(self, depth: int) -> Format:
        """Return the format of a group's name."""
        return self._make(
            bold=True, bg_color="#EEF2F4", indent=min(depth, DEEPEST_INDENT), align="left", valign="vcenter"
        )

    def name(self, depth: int, tint: str) -> Format:
        """Return the format of a test's name."""
        return self._make(
            indent=min(depth, DEEPEST_INDENT), align="left", valign="top", **BORDER, **_background(tint)
        )

    def result(self, fill: str) -> Format:
        """Return the format of an outcome."""
        return self._make(bold=True, valign="top", align="center", bg_color=fill, **BORDER)

    def text(self, tint: str) -> Format:
        """Return the format of any text."""
        return self._make(text_wrap=1, valign="top", **BORDER, **_background(tint))

    def time(self, tint: str) -> Format:
        """Return the format of a moment."""
        return self._make(
            num_format="yyyy-mm-dd hh:mm:ss", valign="top", align="left", **BORDER, **_background(tint)
        )

    def duration(self, tint: str) -> Format:
        """Return the format of a duration in seconds."""
        return self._make(num_format="0.000_)", valign="top", **BORDER, **_background(tint))


def _background(tint: str) -> dict[str, str]:
    return {"bg_color": tint} if tint else {}
