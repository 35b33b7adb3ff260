"""Write the sheet Summary: the verdict, the facts, the counts with their chart, and what did not go well."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rotest_core import Outcome, events
from rotest_excel.cells import cell_text, moment, sane
from rotest_excel.columns import comments_of
from rotest_excel.looks import LOOKS, UNFINISHED, Look, look_of, word_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

    from rotest_core.plugin import TestReport
    from rotest_excel.formats import Formats

VERDICTS = {
    0: ("Passed", LOOKS[Outcome.SUCCESS].chart),
    1: ("Failed", LOOKS[Outcome.FAILURE].chart),
    3: ("Infrastructure trouble", LOOKS[Outcome.ERROR].chart),
    5: ("Nothing ran", LOOKS[Outcome.SKIPPED].chart),
    130: ("Interrupted", LOOKS[Outcome.SKIPPED].chart),
}
MOST_LINKS = 1000
"""How many tests that did not go well are listed; a workbook may have no more than 65,530 links."""
CHART_ROWS = 16


class Run(NamedTuple):
    """Hold what is known about a run as a whole."""

    started: events.RunStarted | None
    finished: events.RunFinished | None


class SummarySheet:
    """Write the summary, from the top down."""

    def __init__(
        self, workbook: xlsxwriter.Workbook, sheet: Worksheet, formats: Formats, zone: dt.tzinfo
    ) -> None:
        self._workbook = workbook
        self._sheet = sheet
        self._formats = formats
        self._zone = zone
        self._row = 0

    def write(self, run: Run, reports: Sequence[TestReport], places: Mapping[int, int]) -> None:
        """Write it all.

        Args:
            run: the run as a whole.
            reports: its tests, without blocks.
            places: the row of each test in the sheet Results, from 0.
        """
        sheet = self._sheet
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 44)
        sheet.set_column(2, 2, 60)
        self._write_verdict(run)
        self._write_facts(run)
        self._write_counts(reports)
        self._write_troubles([report for report in reports if not report.good], places)

    def _write_verdict(self, run: Run) -> None:
        name = run.started.name if run.started else ""
        self._sheet.set_row(0, 28)
        self._sheet.write_string(0, 0, "Test run", self._formats.title)
        if run.finished is None:
            verdict, color = "Cut short", UNFINISHED.chart
        else:
            status = run.finished.status
            verdict, color = VERDICTS.get(status, (f"Exit status {status}", LOOKS[Outcome.ERROR].chart))
        self._sheet.write_string(0, 1, verdict, self._formats.verdict(color))
        self._sheet.write_string(0, 2, cell_text(name, 1000), self._formats.title)
        self._row = 2

    def _write_facts(self, run: Run) -> None:
        facts: list[tuple[str, str]] = []
        if run.started is not None:
            began = moment(run.started.time, self._zone)
            facts.append(("Started", began.strftime("%Y-%m-%d %H:%M:%S") if began else ""))
        if run.finished is not None:
            facts.append(("Duration", f"{sane(run.finished.duration):.3f} s"))
        if run.started is not None:
            facts.extend((name.capitalize(), value) for name, value in run.started.environment)
            facts.append(("Command", " ".join(run.started.command)))
            facts.append(("Directory", run.started.directory))
        for name, value in facts:
            self._sheet.write_string(self._row, 0, cell_text(name, 1000), self._formats.label)
            self._sheet.write_string(self._row, 1, cell_text(value, 1000), self._formats.value)
            self._row += 1
        self._row += 1

    def _write_counts(self, reports: Sequence[TestReport]) -> None:
        counts = _counts(reports)
        first = self._row + 1
        self._section("Outcome", "Tests", "")
        for look, count in counts:
            self._sheet.write_string(self._row, 0, look.word, self._formats.result(look.fill))
            self._sheet.write_number(self._row, 1, count, self._formats.value)
            self._row += 1
        self._sheet.write_string(self._row, 0, "all", self._formats.label)
        self._sheet.write_number(self._row, 1, len(reports), self._formats.value)
        flaky = sum(report.flaky for report in reports)
        if flaky:
            self._row += 1
            self._sheet.write_string(self._row, 0, "flaky", self._formats.label)
            self._sheet.write_number(self._row, 1, flaky, self._formats.value)
        self._row += 2
        if counts:
            self._insert_chart(first, counts)

    def _insert_chart(self, first: int, counts: Sequence[tuple[Look, int]]) -> None:
        chart = self._workbook.add_chart({"type": "doughnut"})
        assert chart is not None, "XlsxWriter answers None for types that it does not know"
        last = first + len(counts) - 1
        chart.add_series(
            {
                "name": "Outcomes",
                "categories": ["Summary", first, 0, last, 0],
                "values": ["Summary", first, 1, last, 1],
                "points": [{"fill": {"color": look.chart}} for look, _ in counts],
                "data_labels": {"value": True, "font": {"bold": True}},
            }
        )
        chart.set_title({"name": "Outcomes", "overlay": False})
        chart.set_legend({"position": "right"})
        chart.set_size({"width": 420, "height": 20 * (CHART_ROWS - 1)})
        self._sheet.insert_chart(2, 2, chart, {"object_position": 3, "x_offset": 8})
        self._row = max(self._row, 2 + CHART_ROWS)

    def _write_troubles(self, troubles: Sequence[TestReport], places: Mapping[int, int]) -> None:
        if not troubles:
            return
        self._section("Result", "Did not go well", "Why")
        for report in troubles[:MOST_LINKS]:
            look = look_of(report.outcome)
            self._sheet.write_string(self._row, 0, word_of(report), self._formats.result(look.fill))
            self._write_link(report, places.get(report.started.test))
            why = comments_of(report).strip().partition("\n")[0]
            self._sheet.write_string(self._row, 2, cell_text(why, 1000), self._formats.value)
            self._row += 1
        if len(troubles) > MOST_LINKS:
            self._sheet.write_string(self._row, 1, f"and {len(troubles) - MOST_LINKS} more, see Results")

    def _write_link(self, report: TestReport, place: int | None) -> None:
        inner = report.groups[-1].name if report.groups else ""
        name = report.name if inner in {"", report.name} else f"{inner}.{report.name}"
        # A link's text may have no more than 255 characters in some versions of Excel.
        text = cell_text(name, 250)
        if place is None or not text.strip():
            self._sheet.write_string(self._row, 1, text, self._formats.value)
        else:
            self._sheet.write_url(self._row, 1, f"internal:'Results'!A{place + 1}", self._formats.link, text)

    def _section(self, *titles: str) -> None:
        for column, title in enumerate(titles):
            self._sheet.write_string(self._row, column, title, self._formats.section)
        self._row += 1


def _counts(reports: Sequence[TestReport]) -> list[tuple[Look, int]]:
    """Count tests by outcome, from the least severe; outcomes that occurred only."""
    counts = [
        (look_of(outcome), sum(report.outcome is outcome for report in reports))
        for outcome in (*Outcome, None)
    ]
    return [(look, count) for look, count in counts if count]
