"""Runs with everything that an output handler must be able to bear."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rotest_core.events import (
    ArtifactWritten,
    Cause,
    ExpectationChecked,
    HandlerFailed,
    InformationAdded,
    LogWritten,
    MeasurementTaken,
    Outcome,
    OutcomeReported,
    ResourceStep,
    RunFinished,
    RunInterrupted,
    RunStarted,
    SampleTaken,
    TestFinished,
    TestStarted,
)
from rotest_core.testing.event_script import START, EventScript

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rotest_core.events import Event

TRACEBACK = """\
Traceback (most recent call last):
  File "/project/tests/test_calculator.py", line 31, in test_division
    self.assertEqual(self.calculator.calculate("7/2"), 3)
AssertionError: 3.5 != 3
"""
ODD_TEXTS = (
    "",
    " ",
    "two\nlines\r\nand\rmore\n",
    "\x00\x01\x07\x08\x0b\x0c\x1b[31mred\x1b[0m\x7f\x80\x85\x9f",
    "half of a pair \ud800 and the other \udfff",
    "no characters: \ufffe \uffff \U0001fffe",
    "<b>&amp; ]]> <!-- --> <?xml?> \"quoted\" 'twice'",
    "=1+1",
    "+cmd|' /C calc'!A0",
    "@sum(a1)",
    "https://example.org/a?b=c&d=e",
    "{braces} {0} %s %d $name \\n",
    "[bold]rich[/bold] [/] [link=file:///]x[/link]",
    "שלום עולם \u202e מימין לשמאל",
    "日本語 🧪👩‍🔬 e\u0301",
    "../../etc/passwd\\..\\",
    "line separator \u2028 paragraph separator \u2029",
    "very long " + "x" * 40_000,
    "many lines\n" + "line\n" * 2_000,
)


def sample_run() -> list[Event]:
    """Return a run with every type of event and every outcome."""
    script = EventScript(name="nightly")
    with (
        script.group("module", "tests/test_calculator.py"),
        script.group("class", "CalculatorTest", tags=("SMOKE",)),
    ):
        _passing(script)
        _failing(script)
        _other_outcomes(script)
    with script.group("module", "tests/test_flows.py"):
        _flow(script)
    script.add(HandlerFailed(script.tick(), "broken", "Traceback ...\nValueError: no"))
    events = script.finish()
    events.append(ArtifactWritten(script.tick(), "xml", "/project/.rotest/runs/1/results.xml"))
    return events


def _passing(script: EventScript) -> None:
    with script.test("test_addition", tags=("FAST",), description="Add two numbers.") as test:
        test.wait("Calculator calc1 is held by bob@lab since 12:00 for tests/test_x.py::X::test_y")
        test.lease("calculator", "Calculator", "calc1", waited=1.5, dirty=True)
        test.body()
        test.log("asked for 1+2", level=10)
        test.log("got 3")
        test.expect(
            'self.expectEqual(self.calculator.calculate("1+2"), 3)', passed=True, values=("3", "3"), line=12
        )
        test.expect("self.assertTrue(ready)", passed=True, text="the calculator is ready", line=13)
        test.inform("firmware 1.2")
        test.measure("supply", 3.3, "V", low=3.135, high=3.465, file="tests/test_calculator.py", line=14)
        test.measure("noise", 0.0098, "V", high=0.01, verdict="marginal")
        test.measure("firmware", "1.2")
        test.measure("calibrated", value=True)
        for number in range(40):
            test.sample("calc1.temperature", 20 + 0.5 * number, "°C", monitor="Thermometer")
        test.teardown()
        test.keep()


def _failing(script: EventScript) -> None:
    with script.test("test_division") as test:
        test.lease("calculator", "Calculator", "calc1")
        test.body()
        for number in range(30):
            test.log(f"step {number}", level=10 + 10 * (number % 4))
        test.expect(
            'self.expectEqual(self.calculator.calculate("2+2"), 5)',
            passed=False,
            text="4 != 5",
            values=("4", "5"),
            line=30,
        )
        test.measure("offset", -1e-9, "V", low=0.5, high=1.0, verdict="fail", line=28)
        test.report(Outcome.FAILURE, TRACEBACK, file="/project/tests/test_calculator.py", line=31)
        test.classify("3f9a0c51d2", "new")
        test.teardown()
    with script.test("test_connection", worker="worker-2") as test:
        test.step("calc2", "connect", 2.0, "ConnectionRefusedError: nothing listens on 10.0.0.2:1357")
        test.report(
            Outcome.ERROR,
            "Traceback (most recent call last):\nResourceError: calc2: connect: nothing listens on 10.0.0.2:1357\n",
            cause=Cause.INFRASTRUCTURE,
        )
        test.classify("77d01b23aa", "known", name="board 2 sleeps", link="https://example.org/issues/7")


def _other_outcomes(script: EventScript) -> None:
    with script.test("test_skipped") as test:
        test.report(Outcome.SKIPPED, "needs a printer")
    with script.test("test_known_bug") as test:
        test.report(Outcome.EXPECTED_FAILURE, TRACEBACK)
    with script.test("test_mended_bug") as test:
        test.report(Outcome.UNEXPECTED_SUCCESS, "")
    with script.test("test_subtests") as test:
        for value in (1, 2):
            test.report(Outcome.FAILURE, f"AssertionError: {value} != 0", subtest=f"(value={value})")
        test.report(Outcome.ERROR, "ValueError: no", subtest="(value=3)")
    with script.test("setUpClass (BrokenTest)", kind="fixture", test_id="") as test:
        test.report(Outcome.ERROR, "RuntimeError: the class could not be set up")
    with script.test("test_retried") as test:
        test.report(Outcome.ERROR, "OSError: gone")
    with script.test("test_retried", attempt=2):
        pass
    script.add(LogWritten(script.tick(), None, 30, "rotest", "a record outside of every test"))
    script.add(SampleTaken(script.tick(), None, "host.load", 0.5))


def _flow(script: EventScript) -> None:
    with script.flow("CalculatorFlow", tags=("FLOW",)) as flow:
        flow.lease("calculator", "Calculator", "calc1", kept=True)
        with script.test("ConnectBlock", kind="block"):
            pass
        with script.flow("InnerFlow") as inner:
            with script.test("CheckBlock", kind="block") as block:
                block.report(
                    Outcome.FAILURE, "AssertionError: 1 != 2", file="/project/tests/test_flows.py", line=8
                )
            with script.test("AfterBlock", kind="block") as block:
                block.report(Outcome.SKIPPED, "Previous component failed")
            inner.report(Outcome.FAILURE, "CheckBlock failed")
        with script.test("FinalBlock", kind="block"):
            pass
        flow.report(Outcome.FAILURE, "InnerFlow failed")


def interrupted_run() -> list[Event]:
    """Return a run that somebody interrupted."""
    script = EventScript()
    with script.group("module", "tests/test_calculator.py"), script.group("class", "CalculatorTest"):
        with script.test("test_addition"):
            pass
        with script.test("test_slow") as test:
            script.add(RunInterrupted(script.tick(), "Ctrl-C"))
            test.report(Outcome.ERROR, "KeyboardInterrupt", cause=Cause.INFRASTRUCTURE)
    return script.finish(status=130)


def cut_run() -> list[Event]:
    """Return what is left of a run that was killed in the middle of a flow's block, beside another test."""
    events = [event for event in sample_run() if type(event).__name__ not in {"RunFinished", "GroupFinished"}]
    names = [getattr(event, "name", "") for event in events]
    return events[: names.index("AfterBlock") + 1]


def empty_run() -> list[Event]:
    """Return a run without a test."""
    return EventScript().finish(status=5)


def parallel_run() -> list[Event]:
    """Return a run whose tests overlap, as with several workers: one class's events between another's."""
    first, second = EventScript(), EventScript()
    with first.group("module", "tests/test_a.py"), first.group("class", "A"):
        for number in range(3):
            with first.test(f"test_{number}", worker="worker-1") as test:
                test.log("from A")
    with second.group("module", "tests/test_b.py"), second.group("class", "B"):
        for number in range(3):
            with second.test(f"test_{number}", worker="worker-2") as test:
                test.report(Outcome.FAILURE, "AssertionError: from B")
    first.beside(second)
    return first.finish()


def odd_text_run() -> list[Event]:
    """Return a run in which every text is one that breaks something somewhere."""
    script = EventScript(name=ODD_TEXTS[3], root="", directory="")
    for number, text in enumerate(ODD_TEXTS):
        following = ODD_TEXTS[(number + 1) % len(ODD_TEXTS)]
        with script.group("module", text), script.group("class", following, tags=(text,)):
            with script.test(text, tags=(text,), description=following) as test:
                test.lease(text, following, text)
                test.step(text, text, 0.5, following)
                test.wait(text)
                test.log(text, logger=following)
                test.inform(text)
                test.expect(text, passed=False, text=following, values=(text, following), file=text)
                test.measure(text, following, text, low=1.0, verdict=following, file=text)
                test.sample(text, 1.0, following, monitor=text)
                test.report(Outcome.FAILURE, text, file=following, line=3, subtest=text)
                test.classify(text, following, name=text, link=following)
            with script.test(following) as test:
                test.report(Outcome.SKIPPED, text)
    script.add(HandlerFailed(script.tick(), ODD_TEXTS[3], ODD_TEXTS[4]))
    script.add(ArtifactWritten(script.tick(), ODD_TEXTS[3], ODD_TEXTS[4]))
    script.add(RunInterrupted(script.tick(), ODD_TEXTS[2]))
    return script.finish()


def odd_number_run() -> list[Event]:
    """Return a run whose clock jumps, and whose numbers no one would expect."""
    script = EventScript()
    odd = (-1.0, 0.0, 1e-9, 1e30, float("inf"), float("nan"))
    with script.group("module", "tests/test_clock.py"):
        for number in odd:
            with script.test(f"test_{number}") as test:
                test.lease("clock", "Clock", "clock1", waited=number)
                test.log("tick", level=-7)
                test.measure("drift", number, "s", low=number, high=-number)
                test.sample("drift", number, "s")
                test.report(Outcome.FAILURE, "AssertionError", file="tests/test_clock.py", line=-1)
    events = script.finish(status=77)
    return [
        event._replace(duration=odd[place % len(odd)])
        if isinstance(event, ResourceStep | TestFinished | RunFinished)
        # A clock that jumps by ages, to and fro.
        else event._replace(time=odd[place % 4])
        for place, event in enumerate(events)
    ]


class CountedText(str):
    """Be a text of which the class knows how many there are."""

    __slots__ = ()
    alive: ClassVar[int] = 0

    def __new__(cls, text: str) -> CountedText:
        cls.alive += 1
        return super().__new__(cls, text)

    def __del__(self) -> None:
        type(self).alive -= 1


def endless_test(repeats: int) -> Iterator[Event]:
    """Yield a run of one test that logs, expects, measures, takes samples, tells and fails again and again.

    Each event is made when it is asked for, with a `CountedText` of its own: whoever keeps none needs but one of them.

    Args:
        repeats: how many events of each of these six kinds there are.
    """
    text = CountedText
    yield RunStarted(START, "endless", "", "", "", (), (), 1)
    yield TestStarted(START, 0, None, "test_endless", "t.py::test_endless")
    for number in range(repeats):
        now, good = START + number, number % 2 == 0
        yield LogWritten(now, 0, 20, "board", text("hello"))
        yield ExpectationChecked(
            now, 0, "expectTrue", good, text("it is"), (), "t.py", 1, "self.expectTrue(x)"
        )
        yield MeasurementTaken(now, 0, text(f"channel {number}"), 1.0, verdict="pass" if good else "fail")
        yield SampleTaken(now, 0, text(f"series {number}"), 1.0)
        yield InformationAdded(now, 0, text("firmware 1.2"))
        yield OutcomeReported(now, 0, Outcome.FAILURE, text("AssertionError"), "", Cause.PRODUCT)
    yield TestFinished(START + repeats, 0, Outcome.FAILURE, 1.0, Cause.PRODUCT)
    yield RunFinished(START + repeats, (("failure", 1),), 1, 1.0)


def without(events: Sequence[Event], event_type: type[Event]) -> list[Event]:
    """Return events without those of one type, as from a log whose lines could not all be read."""
    return [event for event in events if not isinstance(event, event_type)]


SAMPLE_RUNS = {
    "sample": sample_run,
    "interrupted": interrupted_run,
    "cut": cut_run,
    "empty": empty_run,
    "parallel": parallel_run,
    "odd text": odd_text_run,
    "odd numbers": odd_number_run,
}
"""All sample runs, by a name for messages."""
