"""The JUnit report: what is in it, that it fits the schema, and that any text survives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
import xmlschema
from hypothesis import given, strategies as st

from rotest_backends.outputs.xml import escaped, xml
from rotest_core.events import Cause, GroupFinished, GroupStarted, Outcome, TestStarted
from rotest_core.testing import SAMPLE_RUNS, EventScript, FakeHandlerContext

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from xml.etree.ElementTree import Element

    from rotest_core.events import Event

SCHEMA = xmlschema.XMLSchema(Path(__file__).with_name("junit.xsd"))


def write(directory: Path, events: Iterable[Event], values: Mapping[str, object] | None = None) -> Path:
    context = FakeHandlerContext(directory, name="xml", values=values)
    handler = xml(context)
    for event in events:
        handler.handle(event)
    handler.close()
    (path,) = context.written
    return path


def report(directory: Path, events: Iterable[Event], values: Mapping[str, object] | None = None) -> Element:
    return ElementTree.parse(write(directory, events, values)).getroot()


def only_case(root: Element) -> Element:
    (case,) = root.iter("testcase")
    return case


@pytest.mark.parametrize("name", sorted(SAMPLE_RUNS))
def test_every_run_makes_a_report_that_fits_the_schema(tmp_path: Path, name: str) -> None:
    SCHEMA.validate(write(tmp_path, SAMPLE_RUNS[name]()))


def test_the_file_stands_in_the_directory_of_the_run(tmp_path: Path) -> None:
    assert write(tmp_path, SAMPLE_RUNS["empty"]()) == tmp_path / "results.xml"


def test_the_option_path_counts_from_the_project(tmp_path: Path) -> None:
    path = write(tmp_path, SAMPLE_RUNS["sample"](), {"path": "reports/junit.xml"})
    assert path == tmp_path / "reports" / "junit.xml"
    SCHEMA.validate(path)


@pytest.mark.parametrize("class_name", ["CalcTest", "Größe", 'A<"&>', "A\n", ""])
@pytest.mark.parametrize("name", ["test_plain", "test_größe", 'test<"&>', "test\r\x01", "test['a b']", ""])
def test_a_test_that_simply_passed_looks_as_one_of_which_there_is_more_to_say(
    tmp_path: Path, class_name: str, name: str
) -> None:
    script = EventScript()
    with script.group("module", "tests/test_calc.py"), script.group("class", class_name):
        with script.test(name):
            script.tick()
        with script.test(name) as test:
            test.log("so that a report of it is made")
    plain, other = report(tmp_path, script.finish()).iter("testcase")
    assert plain.attrib == other.attrib
    assert plain.tail == other.tail
    assert (len(plain), len(other)) == (0, 0)


def test_a_suite_for_each_class_with_its_counts(tmp_path: Path) -> None:
    root = report(tmp_path, SAMPLE_RUNS["sample"]())
    suites = [
        (suite.get("name"), suite.get("tests"), suite.get("failures"), suite.get("errors")) for suite in root
    ]
    assert suites == [
        ("tests.test_calculator.CalculatorTest", "9", "2", "3"),
        ("tests.test_flows", "1", "1", "0"),
    ]
    assert dict(root.attrib) == {
        "name": "nightly",
        "tests": "10",
        "failures": "3",
        "errors": "3",
        "time": "5.632812",
    }
    assert root[0].get("timestamp") == "2023-11-14T22:13:20"
    assert root[0].get("hostname") == "laptop"
    assert {prop.get("name"): prop.get("value") for prop in root[0].iter("property")}["python"] == "3.11.7"


def test_a_case_has_the_names_that_servers_group_by(tmp_path: Path) -> None:
    script = EventScript()
    with (
        script.group("module", "tests/api/test_calc.py"),
        script.group("class", "CalcTest"),
        script.test("test_add"),
    ):
        pass
    case = only_case(report(tmp_path, script.finish()))
    assert case.attrib == {
        "name": "test_add",
        "classname": "tests.api.test_calc.CalcTest",
        "time": "0.007812",
    }
    assert list(case) == []


def one_outcome(directory: Path, outcome: Outcome, text: str, cause: Cause | None = None) -> Element:
    script = EventScript()
    with script.test("test_it") as test:
        test.report(outcome, text, cause=cause)
    (element,) = only_case(report(directory, script.finish()))
    return element


@pytest.mark.parametrize(
    ("outcome", "text", "tag", "message", "kind"),
    [
        (Outcome.SKIPPED, "no printer", "skipped", "no printer", "skipped"),
        (
            Outcome.EXPECTED_FAILURE,
            "...\nValueError: 1",
            "skipped",
            "expected failure: ValueError: 1",
            "skipped",
        ),
        (Outcome.UNEXPECTED_SUCCESS, "", "failure", "unexpected success", "UnexpectedSuccess"),
        (
            Outcome.FAILURE,
            "...\nAssertionError: 1 != 2",
            "failure",
            "AssertionError: 1 != 2",
            "AssertionError",
        ),
        (Outcome.FAILURE, "", "failure", "failed", "failure"),
        (Outcome.ERROR, "...\nmy.own.Error: no", "error", "my.own.Error: no", "my.own.Error"),
        (Outcome.ERROR, "", "error", "error", "error"),
    ],
)
def test_each_outcome_has_its_element(
    tmp_path: Path, outcome: Outcome, text: str, tag: str, message: str, kind: str
) -> None:
    element = one_outcome(tmp_path, outcome, text)
    assert (element.tag, element.get("message"), element.get("type")) == (tag, message, kind)


def test_infrastructure_is_named_in_the_message(tmp_path: Path) -> None:
    element = one_outcome(tmp_path, Outcome.ERROR, "ResourceError: gone", Cause.INFRASTRUCTURE)
    assert element.get("message") == "infrastructure: ResourceError: gone"
    assert element.get("type") == "ResourceError"


def test_several_reports_of_one_test_make_one_element(tmp_path: Path) -> None:
    script = EventScript()
    with script.test("test_it") as test:
        test.report(Outcome.FAILURE, "AssertionError: 1", subtest="(n=1)")
        test.report(Outcome.ERROR, "ValueError: 2", subtest="(n=2)")
    (error,) = only_case(report(tmp_path, script.finish()))
    assert (error.tag, error.text) == (
        "error",
        "subtest (n=1):\nAssertionError: 1\nsubtest (n=2):\nValueError: 2",
    )


def test_what_a_test_used_and_said_is_in_system_out_and_its_last_log_lines_in_system_err(
    tmp_path: Path,
) -> None:
    script = EventScript()
    with script.group("class", "CalcTest"), script.test("test_it") as test:
        test.lease("calc", "Calculator", "calc1")
        test.inform("firmware 1.2")
        test.expect("self.expectEqual(1, 2)", passed=False, text="1 != 2", file="tests/test_calc.py", line=7)
        for number in range(4):
            test.log(f"line {number}")
        test.report(Outcome.FAILURE, "AssertionError")
    case = only_case(report(tmp_path, script.finish(), {"log_lines": 2}))
    assert case.findtext("system-out") == (
        "resource calc = Calculator calc1\nfirmware 1.2\ntests/test_calc.py:7: expectEqual failed: 1 != 2"
    )
    assert case.findtext("system-err") == (
        "... 2 log lines left out, see events.jsonl ...\nINFO calculator: line 2\nINFO calculator: line 3"
    )


def test_a_flow_is_one_case_that_tells_of_its_blocks(tmp_path: Path) -> None:
    root = report(tmp_path, SAMPLE_RUNS["sample"]())
    (flow,) = root[1].iter("testcase")
    assert flow.get("name") == "CalculatorFlow"
    assert flow.findtext("system-out") == (
        "resource calculator = Calculator calc1\n"
        "ConnectBlock: passed (8 ms)\n"
        "InnerFlow: failed (62 ms)\n"
        "  CheckBlock: failed (16 ms)\n"
        "  AfterBlock: skipped (16 ms)\n"
        "FinalBlock: passed (8 ms)"
    )


def test_measurements_series_and_known_failures_stand_in_system_out(tmp_path: Path) -> None:
    script = EventScript()
    with script.test("test_it") as test:
        test.measure("supply", 3.3, "V", low=3.135, high=3.465)
        for value in (20.0, 21.5):
            test.sample("board1.temperature", value, "°C")
        test.report(Outcome.FAILURE, "AssertionError: no")
        test.classify("3f9a", "new")
    case = only_case(report(tmp_path, script.finish()))
    assert case.findtext("system-out") == (
        "new failure: signature 3f9a\n"
        "supply = 3.3 V (3.135 to 3.465 V)\n"
        "board1.temperature: 20 to 21.5 °C, last 21.5, 2 points"
    )


def test_a_later_attempt_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    script = EventScript()
    with script.test("test_it") as test:
        test.report(Outcome.ERROR, "OSError")
    with script.test("test_it", attempt=2):
        pass
    case = only_case(report(tmp_path, script.finish()))
    assert [(element.tag, element.text) for element in case] == [
        ("system-out", "attempt 2\nattempt 1: error after 0.016 s: OSError")
    ]


def test_a_test_that_the_run_was_cut_short_in_is_an_error(tmp_path: Path) -> None:
    script = EventScript()
    with script.test("test_it"):
        events = script.cut()
    (error,) = only_case(report(tmp_path, events))
    assert (error.tag, error.get("message")) == ("error", "the run was cut short in this test")


def test_locations_are_there_when_asked_for(tmp_path: Path) -> None:
    script = EventScript()
    with script.group("module", "tests/test_calc.py"):
        with script.test("test_bad") as test:
            test.report(Outcome.FAILURE, "AssertionError", file="tests/case.py", line=31)
        with script.test("test_good"):
            pass
    bad, good = report(tmp_path, script.finish(), {"locations": True}).iter("testcase")
    assert (bad.get("file"), bad.get("line")) == ("tests/case.py", "31")
    assert (good.get("file"), good.get("line")) == ("tests/test_calc.py", None)


def test_a_test_without_an_id_is_named_after_its_groups(tmp_path: Path) -> None:
    script = EventScript()
    with (
        script.group("suite", "Nightly"),
        script.group("class", "CalcTest"),
        script.test("setUpClass", kind="fixture", test_id="") as test,
    ):
        test.report(Outcome.ERROR, "ValueError")
    assert only_case(report(tmp_path, script.finish())).get("classname") == "Nightly.CalcTest"


def test_what_xml_cannot_hold_is_written_as_python_escapes_it() -> None:
    assert escaped("a\x00\x1b[31m\r\n\t\ud800\x85\uffff é \U0001f9ea \\x") == (
        "a\\x00\\x1b[31m\\r\n\t\\ud800\\x85\\uffff é \U0001f9ea \\x"
    )


@given(text=st.text(alphabet=st.characters(exclude_categories=[])))
def test_any_text_comes_back_in_its_escaped_form(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    script = EventScript(name=text)
    with script.test(text) as test:
        test.inform(text)
        test.log(text)
        test.report(Outcome.ERROR, text, summary=text)
    path = write(tmp_path_factory.mktemp("xml"), script.finish())
    SCHEMA.validate(path)
    case = only_case(ElementTree.parse(path).getroot())
    assert case.get("name") == escaped(text)
    assert (case.findtext("error") or "") == escaped(text)
    assert (case.findtext("system-out") or "") == escaped(text)
    assert case.findtext("system-err") == "INFO calculator: " + escaped(text)


def test_a_report_that_cannot_be_written_leaves_the_old_one_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "results.xml").mkdir()
    with pytest.raises(OSError, match=r"results\.xml"):
        write(tmp_path, SAMPLE_RUNS["empty"]())
    assert [path.name for path in tmp_path.iterdir()] == ["results.xml"]


def test_a_class_whose_tests_run_again_is_one_suite_of_last_attempts(tmp_path: Path) -> None:
    script = EventScript()
    for attempt, outcome in ((1, Outcome.FAILURE), (2, Outcome.SUCCESS)):
        with (
            script.group("class", "Other"),
            script.test("test_it", attempt=attempt, test_id="Other::test_it") as test,
        ):
            if not outcome.good:
                test.report(outcome, "AssertionError")
    for attempt, outcome in ((1, Outcome.ERROR), (2, Outcome.SUCCESS)):
        with (
            script.group("class", "Case"),
            script.test("setUpClass (Case)", kind="fixture", attempt=attempt, test_id="Case") as test,
        ):
            if not outcome.good:
                test.report(outcome, "OSError")
    root = report(tmp_path, [one_group_each(event) for event in script.finish()])
    assert [(suite.get("name"), suite.get("tests")) for suite in root] == [("Other", "1")]
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("1", "0", "0")


def one_group_each(event: Event) -> Event:
    """Let the second beginning of a group be one of the first, as it is where tests run again."""
    if isinstance(event, GroupStarted | GroupFinished | TestStarted) and event.group is not None:
        return event._replace(group=event.group // 2)
    return event
