"""Write the sheet Results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_excel.cells import cell_text, moment, sane
from rotest_excel.columns import (
    COLUMNS,
    COMMENTS,
    DESCRIPTION,
    DURATION,
    END,
    ID,
    NAME,
    RESOURCES,
    RESULT,
    START,
    TRACEBACK,
    comments_of,
    resources_of,
    traceback_of,
)
from rotest_excel.looks import look_of, word_of
from rotest_excel.rows import Heading, Rows, TestRow

if TYPE_CHECKING:
    import datetime as dt

    from xlsxwriter.worksheet import Worksheet

    from rotest_excel.formats import Formats

LINE = 15.75
"""Points that a line of text is high; not the 15 of an empty sheet, for rows of that height would grow as they like."""
MOST_LINES = 8
"""Lines of a cell that are shown; the rest is there to be scrolled to or copied."""
DEEPEST = 7
"""Levels to which rows can be folded (specifications and limits of Excel)."""
LAST_ROW = 1_048_575
"""Number of the last row that a sheet may have, from 0 (specifications and limits of Excel)."""


class ResultsSheet:
    """Write one row for each heading, test and block.

    Args:
        sheet: an empty worksheet.
        formats: of its workbook.
        zone: time zone of the columns Start and End.
        zone_name: what their headers call it.
    """

    def __init__(self, sheet: Worksheet, formats: Formats, zone: dt.tzinfo, zone_name: str) -> None:
        self._sheet = sheet
        self._formats = formats
        self._zone = zone
        self._zone_name = zone_name
        self._row = 0

    def write(self, rows: Rows) -> dict[int, int]:
        """Write all rows.

        Returns:
            The row of each test, from 0, by the test's number.
        """
        self._prepare()
        places: dict[int, int] = {}
        for row in rows:
            self._row += 1
            if self._row >= LAST_ROW:
                self._sheet.write_string(LAST_ROW, NAME, "More tests than a sheet has rows: see events.jsonl")
                break
            if isinstance(row, Heading):
                self._write_heading(row)
            else:
                places[row.report.started.test] = self._row
                self._write_test(row)
        self._sheet.autofilter(0, 0, max(self._row, 1), len(COLUMNS) - 1)
        return places

    def _prepare(self) -> None:
        sheet = self._sheet
        for number, column in enumerate(COLUMNS):
            sheet.set_column(number, number, column.width)
        sheet.set_row(0, 1.5 * LINE)
        for number, column in enumerate(COLUMNS):
            title = f"{column.title} ({self._zone_name})" if column.kind == "time" else column.title
            sheet.write_string(0, number, title, self._formats.header)
        sheet.freeze_panes(1, 1)
        sheet.outline_settings(symbols_below=False)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)

    def _write_heading(self, heading: Heading) -> None:
        sheet, group = self._sheet, heading.group
        sheet.set_row(self._row, LINE, None, {"level": min(heading.depth, DEEPEST)})
        tags = f"  [{', '.join(group.tags)}]" if group.tags else ""
        sheet.write_string(
            self._row, NAME, cell_text(f"{group.name}{tags}", 1000), self._formats.heading(heading.depth)
        )
        for column in range(1, len(COLUMNS)):
            sheet.write_blank(self._row, column, None, self._formats.heading(0))

    def _write_test(self, row: TestRow) -> None:
        report = row.report
        look, row_number = look_of(report.outcome), self._row
        texts = {
            TRACEBACK: cell_text(traceback_of(report)),
            DESCRIPTION: cell_text(report.started.description),
            RESOURCES: cell_text(resources_of(report)),
            COMMENTS: cell_text(comments_of(report)),
            ID: cell_text(report.started.id),
        }
        lines = max(_lines(text, COLUMNS[column].width) for column, text in texts.items() if column != ID)
        self._sheet.set_row(
            row_number, LINE * min(lines, MOST_LINES), None, {"level": min(row.depth, DEEPEST)}
        )
        sheet, formats = self._sheet, self._formats
        sheet.write_string(row_number, NAME, cell_text(report.name), formats.name(row.depth, look.tint))
        sheet.write_string(row_number, RESULT, word_of(report), formats.result(look.fill))
        self._write_time(START, report.started.time, look.tint)
        self._write_time(END, None if report.finished is None else report.finished.time, look.tint)
        if report.finished is None:
            sheet.write_blank(row_number, DURATION, None, formats.text(look.tint))
        else:
            sheet.write_number(row_number, DURATION, sane(report.duration), formats.duration(look.tint))
        plain = formats.text(look.tint)
        for column, text in texts.items():
            if text:
                sheet.write_string(row_number, column, text, plain)
            else:
                sheet.write_blank(row_number, column, None, plain)

    def _write_time(self, column: int, seconds: float | None, tint: str) -> None:
        time = None if seconds is None else moment(seconds, self._zone)
        if time is None:
            self._sheet.write_blank(self._row, column, None, self._formats.text(tint))
        else:
            self._sheet.write_datetime(self._row, column, time, self._formats.time(tint))


def _lines(text: str, width: int) -> int:
    """Estimate how many lines text takes in a column."""
    if len(text) < width and "\n" not in text:
        return 1
    # Beyond what is shown it does not matter how many more there are.
    return sum(1 + len(line) // width for line in text.split("\n", MOST_LINES))
