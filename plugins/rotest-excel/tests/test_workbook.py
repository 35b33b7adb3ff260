"""What stands in the workbook, read back by another library."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from rotest_core import Cause, Outcome
from rotest_core.plugin import Registry
from rotest_core.testing import SAMPLE_RUNS, EventScript, FakeHandlerContext
from rotest_excel.cells import LONGEST, cell_text, moment
from rotest_excel.looks import LOOKS
from rotest_excel.options import ExcelOptions
from rotest_excel.plugin import excel, rotest_register

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rotest_core import Event

# The stubs of openpyxl know nothing of styles and sizes: here typing ends.
Sheet: TypeAlias = Any
Cell: TypeAlias = Any

HEADER = [
    "Name",
    "Result",
    "Start (UTC)",
    "End (UTC)",
    "Duration (s)",
    "Traceback",
    "Description",
    "Resources",
    "Comments",
    "Id",
]


def write(directory: Path, events: Iterable[Event], values: Mapping[str, object] | None = None) -> Path:
    context = FakeHandlerContext(directory, name="excel", values=values)
    handler = excel(context)
    for event in events:
        handler.handle(event)
    handler.close()
    (path,) = context.written
    return path


def sheet(path: Path, name: str = "Results") -> Sheet:
    return openpyxl.load_workbook(path)[name]


def row_of(results: Sheet, name: str) -> dict[str, Cell]:
    """Return the cells of the first row with a name, by their header."""
    for row in results.iter_rows():
        if row[0].value == name:
            return dict(zip(HEADER, row, strict=True))
    raise AssertionError(f"no row is named {name!r}")


def column(results: Sheet, title: str) -> list[object]:
    return [row[HEADER.index(title)].value for row in results.iter_rows(min_row=2)]


def test_one_row_for_each_test_and_block_below_its_groups(tmp_path: Path) -> None:
    results = sheet(write(tmp_path, SAMPLE_RUNS["sample"]()))
    assert [cell.value for cell in results[1]] == HEADER
    assert [
        (row[0].value, row[0].alignment.indent, row[1].value) for row in results.iter_rows(min_row=2)
    ] == [
        ("tests/test_calculator.py", 0, None),
        ("CalculatorTest  [SMOKE]", 1, None),
        ("test_addition", 2, "passed"),
        ("test_division", 2, "failed"),
        ("test_connection", 2, "error (infrastructure)"),
        ("test_skipped", 2, "skipped"),
        ("test_known_bug", 2, "expected failure"),
        ("test_mended_bug", 2, "unexpected success"),
        ("test_subtests", 2, "error"),
        ("setUpClass (BrokenTest)", 2, "error"),
        ("test_retried", 2, "passed (flaky)"),
        ("tests/test_flows.py", 0, None),
        ("CalculatorFlow", 1, "failed"),
        ("ConnectBlock", 2, "passed"),
        ("InnerFlow", 2, "failed"),
        ("CheckBlock", 3, "failed"),
        ("AfterBlock", 3, "skipped"),
        ("FinalBlock", 2, "passed"),
    ]


def test_a_row_tells_all_about_its_test(tmp_path: Path) -> None:
    script = EventScript()
    with script.group("module", "tests/test_calc.py"), script.test("test_add", description="Add.") as test:
        test.lease("calc", "Calculator", "calc1")
        test.inform("firmware 1.2")
        test.expect("self.expectEqual(1, 2)", passed=False, text="1 != 2")
        test.report(Outcome.FAILURE, "Traceback ...\nAssertionError: 1 != 2\n")
    row = row_of(sheet(write(tmp_path, script.finish())), "test_add")
    assert {
        title: cell.value for title, cell in row.items() if title not in {"Start (UTC)", "End (UTC)"}
    } == {
        "Name": "test_add",
        "Result": "failed",
        "Duration (s)": pytest.approx(0.92, abs=0.01),
        "Traceback": "Traceback ...\nAssertionError: 1 != 2",
        "Description": "Add.",
        "Resources": "calc = Calculator calc1",
        "Comments": "AssertionError: 1 != 2\nexpectEqual failed: 1 != 2\nfirmware 1.2",
        "Id": "tests/test_calc.py::test_add",
    }
    assert row["Start (UTC)"].value == dt.datetime(2023, 11, 14, 22, 13, 20, 15000)  # noqa: DTZ001
    assert row["End (UTC)"].value == dt.datetime(2023, 11, 14, 22, 13, 20, 937000)  # noqa: DTZ001


def test_rows_are_coloured_by_outcome(tmp_path: Path) -> None:
    results = sheet(write(tmp_path, SAMPLE_RUNS["sample"]()))
    division, addition = row_of(results, "test_division"), row_of(results, "test_addition")
    assert division["Result"].fill.fgColor.rgb == "FF" + LOOKS[Outcome.FAILURE].fill[1:]
    assert division["Comments"].fill.fgColor.rgb == "FF" + LOOKS[Outcome.FAILURE].tint[1:]
    assert addition["Result"].fill.fgColor.rgb == "FF" + LOOKS[Outcome.SUCCESS].fill[1:]
    assert addition["Comments"].fill.fill_type is None


def test_every_outcome_has_a_word_and_a_colour_of_its_own() -> None:
    assert len({look.word for look in LOOKS.values()}) == len(Outcome)
    assert len({look.fill for look in LOOKS.values()}) == len(Outcome)


def test_the_header_stays_and_filters(tmp_path: Path) -> None:
    results = sheet(write(tmp_path, SAMPLE_RUNS["sample"]()))
    assert results.freeze_panes == "B2"
    assert results.auto_filter.ref == "A1:J19"


def test_columns_and_rows_are_of_sensible_size(tmp_path: Path) -> None:
    script = EventScript()
    with script.test("test_long") as test:
        test.report(Outcome.ERROR, "line\n" * 500)
    with script.test("test_short"):
        pass
    results = sheet(write(tmp_path, script.finish()))
    widths = [results.column_dimensions[letter].width for letter in "ABCDEFGHIJ"]
    assert all(12 <= width <= 65 for width in widths)
    assert results.row_dimensions[2].height == 126
    assert results.row_dimensions[3].height == 15.75


def test_rows_can_be_folded_by_group(tmp_path: Path) -> None:
    results = sheet(write(tmp_path, SAMPLE_RUNS["sample"]()))
    assert [results.row_dimensions[number].outline_level for number in (2, 3, 4, 17)] == [0, 1, 2, 3]


def test_tests_of_several_workers_stand_group_by_group(tmp_path: Path) -> None:
    results = sheet(write(tmp_path, SAMPLE_RUNS["parallel"]()))
    assert column(results, "Name") == [
        "tests/test_a.py",
        "A",
        *("test_0", "test_1", "test_2"),
        "tests/test_b.py",
        "B",
        *("test_0", "test_1", "test_2"),
    ]


def test_a_group_in_parts_is_put_together(tmp_path: Path) -> None:
    first, second = EventScript(), EventScript()
    with first.group("module", "a.py"):
        for name in ("A", "C"):
            with first.group("class", name), first.test("test"):
                pass
        with first.test("function"):
            pass
    with second.group("module", "b.py"), second.test("test"):
        pass
    first.beside(second)
    names = column(sheet(write(tmp_path, first.finish())), "Name")
    assert names == ["b.py", "test", "a.py", "function", "A", "test", "C", "test"]


def test_a_later_attempt_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    script = EventScript()
    with script.test("test_it") as test:
        test.report(Outcome.ERROR, "OSError")
    with script.test("test_it", attempt=2):
        pass
    results = sheet(write(tmp_path, script.finish()))
    assert column(results, "Result") == ["passed (flaky)"]
    assert column(results, "Comments") == ["attempt 2\nattempt 1: error after 0.016 s: OSError"]


def test_a_fixture_that_is_well_in_the_end_is_left_out(tmp_path: Path) -> None:
    script = EventScript()
    with script.group("class", "Case"), script.test("setUpClass (Case)", kind="fixture") as test:
        test.report(Outcome.ERROR, "OSError")
    with script.test("setUpClass (Case)", kind="fixture", attempt=2):
        pass
    assert column(sheet(write(tmp_path, script.finish())), "Name") == []


def test_measurements_have_a_sheet_of_their_own(tmp_path: Path) -> None:
    script = EventScript()
    with script.group("class", "Case"), script.test("test_it") as test:
        test.measure("supply", 3.3, "V", low=3.135, high=3.465)
        test.measure("firmware", "=1.2")
        test.measure("calibrated", value=True)
        test.measure("noise", float("inf"), "V", high=0.01, verdict="fail")
    path = write(tmp_path, script.finish())
    rows = [[cell.value for cell in row] for row in sheet(path, "Measurements").iter_rows()]
    assert rows == [
        ["Test", "Measurement", "Value", "Unit", "Low", "High", "Verdict"],
        ["Case::test_it", "supply", 3.3, "V", 3.135, 3.465, "pass"],
        ["Case::test_it", "firmware", "=1.2", None, None, None, "pass"],
        ["Case::test_it", "calibrated", "True", None, None, None, "pass"],
        ["Case::test_it", "noise", "inf", "V", None, 0.01, "fail"],
    ]
    assert row_of(sheet(path), "test_it")["Comments"].value == "noise = inf V (at most 0.01 V), out of limits"


def test_a_run_without_measurements_has_no_such_sheet(tmp_path: Path) -> None:
    path = write(tmp_path, SAMPLE_RUNS["parallel"]())
    assert openpyxl.load_workbook(path).sheetnames == ["Summary", "Results"]


def test_a_failure_that_is_known_says_so(tmp_path: Path) -> None:
    script = EventScript()
    with script.test("test_it") as test:
        test.report(Outcome.FAILURE, "AssertionError: no")
        test.classify("3f9a", "known", name="cold", link="https://example.org/7")
    row = row_of(sheet(write(tmp_path, script.finish())), "test_it")
    assert row["Comments"].value == "known failure: cold, https://example.org/7\nAssertionError: no"


def test_what_a_run_was_cut_short_in_is_shown(tmp_path: Path) -> None:
    path = write(tmp_path, SAMPLE_RUNS["cut"]())
    row = row_of(sheet(path), "CalculatorFlow")
    assert (row["Result"].value, row["End (UTC)"].value, row["Duration (s)"].value) == (
        "unfinished",
        None,
        None,
    )
    assert row["Comments"].value == "The run was cut short in this test."
    assert sheet(path, "Summary")["B1"].value == "Cut short"


def test_the_summary_has_facts_counts_a_chart_and_links(tmp_path: Path) -> None:
    summary = sheet(write(tmp_path, SAMPLE_RUNS["sample"]()), "Summary")
    rows = {row[0].value: row[1].value for row in summary.iter_rows() if row[0].value}
    assert rows["Test run"] == "Failed"
    assert rows["Started"] == "2023-11-14 22:13:20"
    assert rows["Host"] == "laptop"
    assert rows["Command"] == "rotest tests"
    assert rows["all"] == 10
    assert {word: rows[word] for word in ("passed", "skipped", "expected failure")} == {
        "passed": 2,
        "skipped": 1,
        "expected failure": 1,
    }
    assert len(summary._charts) == 1
    links = {
        cell.value: cell.hyperlink.location
        for row in summary.iter_rows()
        for cell in row
        if cell.hyperlink is not None
    }
    assert links["CalculatorTest.test_division"] == "'Results'!A5"
    assert links["CalculatorFlow"] == "'Results'!A14"


@pytest.mark.parametrize(
    ("status", "verdict"),
    [(0, "Passed"), (1, "Failed"), (3, "Infrastructure trouble"), (5, "Nothing ran"), (130, "Interrupted")],
)
def test_the_verdict_says_what_the_exit_status_means(tmp_path: Path, status: int, verdict: str) -> None:
    path = write(tmp_path, EventScript().finish(status=status))
    assert sheet(path, "Summary")["B1"].value == verdict


def test_text_is_never_a_formula_nor_a_link(tmp_path: Path) -> None:
    script = EventScript()
    texts = ["=1+1", "+cmd|' /C calc'!A0", "-2", "@sum(a1)", "https://example.org/x", "007", "TRUE"]
    for text in texts:
        with script.test(text) as test:
            test.inform(text)
    results = sheet(write(tmp_path, script.finish()))
    cells = [
        row[HEADER.index(title)] for row in results.iter_rows(min_row=2) for title in ("Name", "Comments")
    ]
    assert [cell.value for cell in cells] == [text for text in texts for _ in range(2)]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert all(cell.hyperlink is None for cell in cells)


def test_text_longer_than_a_cell_is_cut_and_says_so(tmp_path: Path) -> None:
    script = EventScript()
    with script.test("test_it") as test:
        test.report(Outcome.ERROR, "x" * 40_000)
    (text,) = column(sheet(write(tmp_path, script.finish())), "Traceback")
    assert isinstance(text, str)
    assert len(text) == LONGEST
    assert text.endswith("x\n... cut here, see events.jsonl")


def test_characters_beyond_the_basic_plane_count_twice() -> None:
    assert cell_text("🧪" * 16_383) == "🧪" * 16_383
    cut = cell_text("🧪" * 16_384)
    assert cut.endswith("🧪\n... cut here, see events.jsonl")
    assert len(cut.encode("utf-16-le")) <= 2 * LONGEST


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=40)
@given(text=st.text(alphabet=st.characters(exclude_categories=[]), min_size=1))
def test_any_text_survives_in_its_escaped_form(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    script = EventScript(name=text)
    with script.test(text) as test:
        test.report(Outcome.ERROR, text)
    written = column(sheet(write(tmp_path_factory.mktemp("excel"), script.finish())), "Name")
    assert written == [cell_text(text)]


def test_what_a_cell_cannot_hold_is_written_as_python_escapes_it() -> None:
    assert cell_text("a\x00\x1b\r\n\t\ud800 é 🧪") == "a\\x00\\x1b\\r\n\t\\ud800 é 🧪"


def test_what_looks_like_an_escape_is_read_back_as_it_was(tmp_path: Path) -> None:
    script = EventScript()
    with script.test("_x0041_"):
        pass
    with zipfile.ZipFile(write(tmp_path, script.finish())) as archive:
        assert "<t>_x005F_x0041_</t>" in archive.read("xl/worksheets/sheet2.xml").decode()


def test_times_are_in_the_zone_that_was_asked_for(tmp_path: Path) -> None:
    script = EventScript()
    with script.test("test_it"):
        pass
    results = sheet(write(tmp_path, script.finish(), {"time_zone": "Asia/Tokyo"}))
    assert results["C1"].value == "Start (Asia/Tokyo)"
    assert str(results["C2"].value).startswith("2023-11-15 07:13:20")


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone is named 'Mars/Base'"):
        ExcelOptions(time_zone="Mars/Base")


def test_no_clock_is_too_broken() -> None:
    assert moment(float("nan"), dt.UTC) is None
    assert moment(1e300, dt.UTC) is None
    assert moment(-1e10, dt.UTC) is None


def test_the_file_goes_where_it_is_asked_to(tmp_path: Path) -> None:
    assert (
        write(tmp_path, SAMPLE_RUNS["empty"](), {"path": "reports/out.xlsx"})
        == tmp_path / "reports" / "out.xlsx"
    )


def test_a_workbook_that_cannot_be_written_leaves_the_old_one_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "results.xlsx").mkdir()
    with pytest.raises(OSError, match=r"results\.xlsx"):
        write(tmp_path, SAMPLE_RUNS["empty"]())
    assert [path.name for path in tmp_path.iterdir()] == ["results.xlsx"]


def test_thousands_of_failures_have_links_and_rows(tmp_path: Path) -> None:
    script = EventScript()
    with script.group("class", "Case"):
        for number in range(1500):
            with script.test(f"test_{number}") as test:
                test.report(Outcome.ERROR, "OSError", cause=Cause.INFRASTRUCTURE)
    path = write(tmp_path, script.finish())
    assert sheet(path).max_row == 1502
    assert "and 500 more, see Results" in [row[1].value for row in sheet(path, "Summary").iter_rows()]


class Registrations:
    """Take what the hook registers."""

    def __init__(self) -> None:
        self.outputs: dict[str, object] = {}

    def output(self, name: str, factory: object, *, summary: str = "") -> None:
        assert summary
        self.outputs[name] = factory


def test_the_hook_registers_the_output() -> None:
    registrations = Registrations()
    rotest_register(registrations)  # type: ignore[arg-type]  # takes what it needs of a registry
    assert registrations.outputs == {"excel": excel}
    assert hasattr(Registry, "output")
