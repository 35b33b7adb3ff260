"""What is in the page, how much of it, and what it costs while the run goes on."""

from __future__ import annotations

import re
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from rotest_backends.outputs.html.handler import html
from rotest_core.events import Cause, FailureClassified, LogWritten, Outcome, TestFinished, TestStarted
from rotest_core.testing import SAMPLE_RUNS, EventScript, FakeHandlerContext
from tests.report_runs import many_tests
from tests.rotest_backends.outputs.html.report import Page, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rotest_core.events import Event

FIXED, EACH = 400_000, 300


@pytest.mark.parametrize("name", sorted(SAMPLE_RUNS))
def test_every_run_makes_a_sound_page(tmp_path: Path, name: str) -> None:
    page = Page(write(tmp_path, SAMPLE_RUNS[name]()))
    assert (page.open, page.wrong) == ([], [])
    ids = page.ids()
    assert len(ids) == len(set(ids))
    links = {
        attributes["href"][1:]
        for tag, attributes in page.elements
        if tag == "a" and attributes["href"][0] == "#" and "=" not in attributes["href"]
    }
    assert links <= set(ids)


def test_nothing_is_loaded_from_elsewhere_and_only_its_own_script_may_run(tmp_path: Path) -> None:
    page = Page(write(tmp_path, SAMPLE_RUNS["odd text"]()))
    policies = [attributes["content"] for _, attributes in page.elements if "http-equiv" in attributes]
    assert len(policies) == 1
    assert re.fullmatch(
        r"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-[\w+/]{43}='; "
        r"base-uri 'none'; form-action 'none'",
        policies[0],
    )
    assert page.count("script") == 1
    assert not {"src", "srcset", "onclick", "onload", "onerror"} & {
        name for _, attributes in page.elements for name in attributes
    }
    hrefs = [attributes for _, attributes in page.elements if "href" in attributes]
    # Who follows the link of a known failure leaves the page, and does not say whence.
    assert all(link["href"][0] == "#" or link["rel"] == "noreferrer" for link in hrefs)


def test_the_verdict_comes_first(tmp_path: Path) -> None:
    text = Page(write(tmp_path, SAMPLE_RUNS["sample"]())).text
    head = text[: text.index("Timeline")]
    assert head.startswith(
        "✗ FAILED 5 of 9 · nightly ✗ FAILED nightly · 2023-11-14 22:13:20 UTC · took 5.83 s"
    )
    for part in (
        "2 passed",
        "1 skipped",
        "1 expected failure",
        "1 unexpected success",
        "2 failed",
        "2 errors",
    ):
        assert part in head
    assert "Output broken was switched off: ValueError: no" in head
    assert "run it all again rotest tests" in head
    assert (
        "run what failed again rotest tests/test_calculator.py::CalculatorTest::test_division tests/" in head
    )
    assert "host laptop user ada python 3.11.7 rotest 0.1.0 project /project" in head


def test_a_test_that_failed_is_told_in_full_without_script(tmp_path: Path) -> None:
    text = Page(write(tmp_path, SAMPLE_RUNS["sample"]())).text
    for part in (
        "CalculatorTest.test_division",
        'self.assertEqual(self.calculator.calculate("7/2"), 3) AssertionError: 3.5 != 3',
        '1 of 1 failed tests/test_calculator.py:30 self.expectEqual(self.calculator.calculate("2+2"), 5)',
        "4 != 5 values 4 5",
        "Calculator calc1 · token 2 · given back in doubt connect 250 ms initialize 500 ms finalize 125 ms",
        "DEBUG calculator step 28",
        "rotest tests/test_calculator.py::CalculatorTest::test_division",
    ):
        assert part in text, part


def test_a_test_that_passed_has_its_details_too(tmp_path: Path) -> None:
    text = Page(write(tmp_path, SAMPLE_RUNS["sample"]())).text
    for part in (
        "waiting 0.031 Calculator calc1 is held by bob@lab since 12:00 for tests/test_x.py::X::test_y",
        "waited 1.50 s · left in doubt by its last holder",
        "all 2 held tests/test_calculator.py:12",
        "the calculator is ready",
        "firmware 1.2",
        "asked for 1+2",
    ):
        assert part in text, part


def test_blocks_lie_in_their_flow(tmp_path: Path) -> None:
    content = write(tmp_path, SAMPLE_RUNS["sample"]()).read_text()
    flow = content[content.index("<b>CalculatorFlow</b>") :]
    flow = flow[: flow.index("</section>")]
    order = [
        flow.index(f"<span>{name}</span>")
        for name in ("ConnectBlock", "InnerFlow", "CheckBlock", "AfterBlock", "FinalBlock")
    ]
    assert order == sorted(order)
    assert "Previous component failed" in flow
    tree = content[content.index('<section id="tests"') :]
    assert "CheckBlock" not in tree


def test_failures_that_are_alike_stand_together_and_the_most_frequent_first(tmp_path: Path) -> None:
    script = EventScript()
    messages = ("OSError: gone", "AssertionError: 1 != 2", "AssertionError: 3 != 4", "AssertionError: 5 != 4")
    for number, message in enumerate(messages):
        with script.test(f"test_{number}") as test:
            test.report(Outcome.FAILURE, message)
    text = Page(write(tmp_path, script.finish())).text.partition("Failures 4 ")[2]
    order = [
        text.index(part)
        for part in ("3 alike AssertionError: <n> != <n>", "test_1", "test_2", "test_3", "test_0")
    ]
    assert order == sorted(order)


def test_who_is_to_blame_is_said(tmp_path: Path) -> None:
    script = EventScript()
    with script.test("test_a") as test:
        test.report(Outcome.ERROR, "ResourceError: no", cause=Cause.INFRASTRUCTURE)
    page = Page(write(tmp_path, script.finish()))
    assert page.count("em", "infra") == 1


def test_an_earlier_attempt_is_put_aside(tmp_path: Path) -> None:
    script = EventScript()
    with script.test("test_a") as test:
        test.report(Outcome.FAILURE, "AssertionError: no")
    with script.test("test_a", attempt=2):
        pass
    text = Page(write(tmp_path, script.finish())).text
    assert text.startswith("✓ PASSED 1 ")
    assert "Failures none 1 earlier attempt of what was run again" in text
    assert "attempt 2" in text


def test_a_fixture_that_is_well_in_the_end_is_put_aside(tmp_path: Path) -> None:
    script = EventScript()
    with script.test("setUpClass (Case)", kind="fixture") as test:
        test.report(Outcome.ERROR, "OSError: no")
    with script.test("setUpClass (Case)", kind="fixture", attempt=2):
        pass
    text = Page(write(tmp_path, script.finish())).text
    assert "Failures none 1 earlier attempt of what was run again" in text


def test_tests_stand_in_planned_order_whoever_ended_first(tmp_path: Path) -> None:
    events = SAMPLE_RUNS["parallel"]()
    text = Page(write(tmp_path, events)).text
    tree = text.rpartition("Tests 6")[2]
    order = [
        tree.index(part) for part in ("tests/test_a.py", "test_0", "test_1", "test_2", "tests/test_b.py")
    ]
    assert order == sorted(order)


def test_a_run_that_was_killed_says_so_and_shows_what_there_was(tmp_path: Path) -> None:
    text = Page(write(tmp_path, SAMPLE_RUNS["cut"]())).text
    assert "CUT SHORT" in text
    assert "The log of this run ends before the run did" in text
    assert "It began, and nothing tells how it ended: the run was cut short." in text
    assert "CheckBlock" in text


def test_the_option_path_counts_from_the_project(tmp_path: Path) -> None:
    assert (
        write(tmp_path, SAMPLE_RUNS["sample"](), {"path": "reports/run.html"})
        == tmp_path / "reports" / "run.html"
    )


def test_the_number_of_log_lines_can_be_chosen(tmp_path: Path) -> None:
    script = EventScript()
    with script.test("test_a") as test:
        for number in range(100):
            test.log(f"record {number:03}")
    text = Page(write(tmp_path, script.finish(), {"log_lines": 5})).text
    assert "25 of 100 lines" in text
    assert "75 lines left out, see events.jsonl" in text
    assert re.findall(r"record (\d{3}) ", text) == [
        f"{number:03}" for number in (*range(20), *range(95, 100))
    ]


def talkative(total: int) -> Iterator[Event]:
    """Yield tests that pass, and say much."""
    script = EventScript()
    for number in range(total):
        with script.test(f"test_{number}") as test:
            test.lease("calculator", "Calculator", "calc1")
            for line in range(50):
                test.log(f"line {line} of a log that is rather long, as most are")
            test.expect("self.expectEqual(1, 1)", passed=True, values=("1", "1"))
        yield from script.events
        script.events.clear()


def test_ten_thousand_tests_keep_to_the_budget(tmp_path: Path) -> None:
    assert write(tmp_path, many_tests(10_000)).stat().st_size < FIXED + EACH * 10_000


def test_tests_that_pass_and_say_much_keep_to_the_budget(tmp_path: Path) -> None:
    path = write(tmp_path, talkative(1_000))
    assert path.stat().st_size < FIXED + EACH * 1_000
    assert re.search(
        r"Logs, expectations and resources of \d+ tests that went well were left out", Page(path).text
    )
    path = write(tmp_path, talkative(10), {"passed_details": 0})
    assert "resources of 10 tests that went well" in Page(path).text


def test_what_a_test_repeats_without_end_is_bounded(tmp_path: Path) -> None:
    script = EventScript()
    with script.test("test_a") as test:
        for _ in range(10_000):
            test.expect("self.expectEqual(1, 2)", passed=False, text="1 != 2", values=("1", "2"))
            test.expect("self.expectEqual(1, 1)", passed=True, values=("1", "1"))
            test.report(Outcome.FAILURE, "AssertionError: 1 != 2")
            test.inform("again")
        test.log("x" * 100_000_000)
    path = write(tmp_path, script.finish())
    assert path.stat().st_size < 400_000
    text = Page(path).text
    for part in (
        "10,000 of 20,000 failed",
        "9,800 more failed, and were left out, see events.jsonl",
        "9,800 more held, and were left out",
        "9,800 more reports were left out",
        "9,800 more were left out",
        "99,996,000 characters left out",
    ):
        assert part in text, part


def test_failures_without_end_are_told_more_briefly(tmp_path: Path) -> None:
    script = EventScript()
    for number in range(300):
        with script.test(f"test_{number}") as test:
            test.report(Outcome.FAILURE, "y" * 20_000 + "\nAssertionError: no")
            for _ in range(20):
                test.log("z" * 4_000)
    path = write(tmp_path, script.finish())
    assert path.stat().st_size < 25_000_000
    assert "the report has grown too long" in Page(path).text


def test_blocks_without_end_are_told_more_briefly(tmp_path: Path) -> None:
    script = EventScript()
    with script.flow("EndlessFlow") as flow:
        for number in range(300):
            with script.test(f"Block{number}", kind="block") as block:
                block.report(Outcome.FAILURE, "y" * 20_000 + "\nAssertionError: no")
                block.log("z" * 4_000)
        flow.report(Outcome.FAILURE, "a block failed")
    path = write(tmp_path, script.finish())
    assert path.stat().st_size < 3_000_000
    text = Page(path).text
    assert "the report has grown too long" in text
    assert "100 more were left out, see events.jsonl" in text


def test_memory_hardly_grows_with_the_tests(tmp_path: Path) -> None:
    handler = html(FakeHandlerContext(tmp_path))
    sizes: list[int] = []
    tracemalloc.start()
    try:
        for number in range(2_000):
            handler.handle(TestStarted(0.0, number, None, f"test_{number}", f"test_{number}"))
            for line in range(10):
                handler.handle(LogWritten(0.0, number, 10, "calculator", f"record {line} of {number}"))
            handler.handle(TestFinished(0.0, number, Outcome.SUCCESS, 0.0))
            if number in (999, 1_999):
                sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    handler.close()
    assert sizes[1] - sizes[0] < 1_000 * 100


def test_a_spool_leaves_nothing_in_the_directory(tmp_path: Path) -> None:
    handler = html(FakeHandlerContext(tmp_path))
    for event in talkative(3):
        handler.handle(event)
    assert [path.name for path in tmp_path.iterdir()] == []
    handler.close()
    assert [path.name for path in tmp_path.iterdir()] == ["results.html"]


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "results.html").mkdir()
    handler = html(FakeHandlerContext(tmp_path))
    for event in talkative(1):
        handler.handle(event)
    with pytest.raises(OSError, match="directory"):
        handler.close()
    assert [path.name for path in tmp_path.iterdir()] == ["results.html"]


def test_measurements_are_shown_those_out_of_their_limits_first(tmp_path: Path) -> None:
    script = EventScript()
    with script.test("test_supply") as test:
        test.measure("supply", 5.02, unit="V", low=4.75, high=5.25)
        test.measure("gain", 9.2, low=9.0, high=11.0, verdict="marginal")
        test.measure("firmware", "2.1 <b>")
        test.measure("ripple", 0.5, unit="V", high=0.2, verdict="fail")
        test.report(Outcome.FAILURE, "ripple: 0.5 V is above the limit of 0.2 V")
    page = Page(write(tmp_path, script.finish()))
    assert "Measurements 1 of 4 out of limits ripple" in page.text
    start = page.text.index("Measurements")
    shown = page.text[start : page.text.index("began")]
    words = ("0.5 V ≤ 0.2", "5.02 V 4.75 … 5.25", "9.2 9 … 11", "2.1 <b>")
    places = [shown.index(word) for word in words]
    assert places == sorted(places)
    assert [page.count("tr", mark) for mark in "fms"] == [1, 1, 2]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e308, -1e308, 0.0])
@pytest.mark.parametrize("limits", [(None, 0.0), (0.0, None), (1e-9, 1e-9), (-1e308, 1e308), (5.0, 1.0)])
def test_any_measurement_makes_a_picture(
    tmp_path: Path, value: float, limits: tuple[float | None, float | None]
) -> None:
    script = EventScript()
    with script.test("test_odd") as test:
        test.measure("odd", value, low=limits[0], high=limits[1])
    page = Page(write(tmp_path, script.finish()))
    assert page.count("svg", "gauge") == 1
    assert (page.open, page.wrong) == ([], [])


def test_a_test_that_passed_at_last_is_flaky(tmp_path: Path) -> None:
    script = EventScript()
    with script.group("module", "tests/test_wifi.py"):
        with script.test("test_answers") as test:
            test.report(Outcome.ERROR, "ConnectionResetError: reset")
        with script.test("test_answers", attempt=2):
            pass
    page = Page(write(tmp_path, script.finish()))
    assert page.count("a", "flaky") == 1
    assert "1 flaky" in page.text
    assert "1 earlier attempt of what was run again" in page.text
    assert "attempt 2 flaky" in page.text


def test_failures_of_one_signature_stand_together_the_known_ones_last(tmp_path: Path) -> None:
    script = EventScript()
    with script.group("module", "tests/test_rack.py"):
        for number in range(3):
            with script.test(f"test_known_{number}") as test:
                test.report(Outcome.ERROR, f"OSError: port {number} of {'abc'[number]}")
                link = "javascript:alert(1)" if number else "https://issues.example.org/7"
                script.add(FailureClassified(script.tick(), test.number, "s1", "known", "LAB-7", link))
        with script.test("test_other") as test:
            test.report(Outcome.FAILURE, "AssertionError: 1 != 2")
            script.add(FailureClassified(script.tick(), test.number, "s2", "new"))
    page = Page(write(tmp_path, script.finish()))
    assert "Failures 4 · 1 new · 3 known 1 new AssertionError: 1 != 2" in page.text
    assert "3 alike known LAB-7 OSError" in page.text
    links = [attributes["href"] for tag, attributes in page.elements if tag == "a" and "rel" in attributes]
    assert links == ["https://issues.example.org/7"]
