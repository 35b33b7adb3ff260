"""Collect the reports of a run, and write the workbook when it is over."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import xlsxwriter

from rotest_core import events
from rotest_core.plugin import ReportBuilder
from rotest_excel.cells import cell_text, moment
from rotest_excel.formats import Formats
from rotest_excel.measurements import NAME as MEASUREMENTS, measured, write_measurements
from rotest_excel.options import ExcelOptions
from rotest_excel.rows import Rows
from rotest_excel.sheets import ResultsSheet
from rotest_excel.summary import Run, SummarySheet

if TYPE_CHECKING:
    from pathlib import Path

    from rotest_core import Event
    from rotest_core.plugin import HandlerContext, TestReport


class ExcelHandler:
    """Write ``results.xlsx``.

    The workbook is written at the end and in one go: then the rows stand group by group, however many workers mixed
    them, and nobody sees half of it. What a crash leaves, ``rotest render`` makes from the run's log.
    """

    def __init__(self, context: HandlerContext) -> None:
        self._context = context
        options = context.options(ExcelOptions) if context.values else ExcelOptions()
        self._zone_name = options.time_zone
        self._path = context.root / options.path if options.path else context.directory / "results.xlsx"
        self._builder = ReportBuilder(log_lines=0)
        self._rows = Rows()
        self._run = Run(None, None)
        self._written = False

    def handle(self, event: Event) -> None:
        """Take one event."""
        report = self._builder.take(event)
        if report is not None:
            self._add(report)
        elif isinstance(event, events.RunStarted):
            self._run = self._run._replace(started=event)
        elif isinstance(event, events.RunFinished):
            self._run = self._run._replace(finished=event)
            self._write()

    def close(self) -> None:
        """Write what a run that was cut short left."""
        if not self._written:
            self._write()

    def _add(self, report: TestReport) -> None:
        if report.started.kind == "fixture" and report.good:
            self._rows.drop(report.started.test)
        elif report.flow is None:
            self._rows.add(report)

    def _write(self) -> None:
        self._written = True
        for report in self._builder.unfinished():
            self._add(report)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_name(f".{self._path.name}.{os.getpid()}.partial")
        try:
            write_workbook(beside, self._run, self._rows, self._zone_name)
            beside.replace(self._path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        self._context.wrote(self._path)


def write_workbook(path: Path, run: Run, rows: Rows, zone_name: str) -> None:
    """Write a workbook with the sheets Summary and Results, and one of measurements where there are any."""
    zone = ZoneInfo(zone_name)
    with tempfile.TemporaryDirectory(prefix="rotest-excel-") as rows_beside:
        # Rows go to disk as they are written, so that their cells need not fit into memory all at once.
        workbook = xlsxwriter.Workbook(
            str(path), {"constant_memory": True, "tmpdir": rows_beside, "use_zip64": True}
        )
        # The time of the run and not of the writing, so that a log always makes the same workbook.
        created = moment(run.started.time, zone) if run.started else None
        name = run.started.name if run.started else ""
        workbook.set_properties(
            {"title": cell_text(f"Results {name}".strip(), 200), "created": created or moment(0, zone)}
        )
        formats = Formats(workbook)
        summary, results = workbook.add_worksheet("Summary"), workbook.add_worksheet("Results")
        places = ResultsSheet(results, formats, zone, zone_name).write(rows)
        SummarySheet(workbook, summary, formats, zone).write(run, list(rows.reports), places)
        if next(measured(rows.reports), None) is not None:
            sheet = workbook.add_worksheet(MEASUREMENTS)
            write_measurements(sheet, formats, measured(rows.reports))
        workbook.close()
