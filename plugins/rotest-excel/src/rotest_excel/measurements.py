"""Write the sheet Measurements: a row for each value, as data to filter and to calculate with."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rotest_core import Outcome
from rotest_excel.cells import cell_text
from rotest_excel.looks import LOOKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlsxwriter.worksheet import Worksheet

    from rotest_core import events
    from rotest_core.plugin import TestReport
    from rotest_excel.formats import Formats

NAME = "Measurements"
COLUMNS = {"Test": 48, "Measurement": 30, "Value": 16, "Unit": 10, "Low": 12, "High": 12, "Verdict": 12}
LAST_ROW = 1_048_575
"""Number of the last row that a sheet may have, from 0 (specifications and limits of Excel)."""
_TINTS = {
    "pass": "",
    "marginal": LOOKS[Outcome.SKIPPED].fill,
    "fail": LOOKS[Outcome.FAILURE].fill,
}


def measured(reports: Iterable[TestReport]) -> Iterator[tuple[TestReport, events.MeasurementTaken]]:
    """Yield all measurements that reports and those of their blocks hold, in order."""
    for report in reports:
        for taken in report.measurements:
            yield report, taken
        yield from measured(report.blocks)


def write_measurements(
    sheet: Worksheet, formats: Formats, taken: Iterable[tuple[TestReport, events.MeasurementTaken]]
) -> None:
    """Write a header and the rows; beyond what a sheet can hold, the rest is left out."""
    for number, (title, width) in enumerate(COLUMNS.items()):
        sheet.set_column(number, number, width)
        sheet.write_string(0, number, title, formats.header)
    sheet.freeze_panes(1, 0)
    sheet.hide_gridlines(2)
    row = 0
    for row, (report, measurement) in zip(range(1, LAST_ROW + 1), taken, strict=False):
        _write_row(sheet, formats, row, report, measurement)
    sheet.autofilter(0, 0, max(row, 1), len(COLUMNS) - 1)


def _write_row(
    sheet: Worksheet, formats: Formats, row: int, report: TestReport, taken: events.MeasurementTaken
) -> None:
    plain = formats.text(_TINTS.get(taken.verdict, _TINTS["fail"]))
    values = (report.started.id or report.name, taken.name, taken.value, taken.unit, taken.low, taken.high)
    for column, value in enumerate((*values, taken.verdict)):
        if isinstance(value, float) and math.isfinite(value):
            sheet.write_number(row, column, value, plain)
        elif value is None or value == "":
            sheet.write_blank(row, column, None, plain)
        else:
            sheet.write_string(row, column, cell_text(str(value)), plain)
