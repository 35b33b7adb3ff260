"""The output `signature`: which failures are new, and which are known."""

from __future__ import annotations

from pathlib import Path

import pytest

from rotest_backends.outputs.signature import SignatureHandler, SignatureOptions
from rotest_backends.stores.memory_results import MemoryResults
from rotest_core.events import (
    Event,
    FailureClassified,
    Outcome,
    OutcomeReported,
    RunStarted,
    TestFinished,
    TestStarted,
)
from rotest_core.plugin import HandlerContext, OutputHandler, OutputHandlerFactory, Signature
from rotest_core.results import take_in
from rotest_core.testing import EventScript, FakeHandlerContext, HandlerContract


class TestSignature(HandlerContract):
    @pytest.fixture
    def factory(self) -> OutputHandlerFactory:
        def make(context: HandlerContext) -> OutputHandler:
            ours = FakeHandlerContext(
                context.directory,
                stream=context.stream,
                color=context.color,
                verbosity=context.verbosity,
                results=MemoryResults(),
            )
            return SignatureHandler(ours, SignatureOptions())

        return make


def run_with(failures: dict[str, str], *, started: float = 100.0) -> list[Event]:
    """Return a run whose tests fail with these texts; one without a text passes at a second attempt."""
    events: list[Event] = [RunStarted(started, f"run{started}", "", "", "", (), (), len(failures))]
    for number, (name, text) in enumerate(failures.items()):
        started += 1
        events.append(TestStarted(started, number, None, name, f"t.py::{name}"))
        events.append(OutcomeReported(started, number, Outcome.FAILURE, text or "no luck", text or "no luck"))
        events.append(TestFinished(started, number, Outcome.FAILURE, 0.5))
        if not text:
            events.append(TestStarted(started, number, None, name, f"t.py::{name}", attempt=2))
            events.append(TestFinished(started, number, Outcome.SUCCESS, 0.5))
    return events


def show(store: MemoryResults, directory: Path, events: list[Event]) -> FakeHandlerContext:
    context = FakeHandlerContext(directory, results=store)
    handler = SignatureHandler(context, SignatureOptions())
    for event in events:
        handler.handle(event)
    handler.close()
    return context


def test_a_failure_is_new_once_and_known_from_then_on(tmp_path: Path) -> None:
    store = MemoryResults()
    events = run_with({"test_a": "no power on port 3", "test_b": "no power on port 7", "test_c": "no answer"})

    first = show(store, tmp_path, events)
    take_in(store, iter(events))
    again = show(store, tmp_path, events)
    later = show(
        store, tmp_path, run_with({"test_d": "no power on port 9", "test_e": "smoke"}, started=200.0)
    )

    assert "signatures: 2 new, 0 known, 0 flaky\n" in first.text
    assert again.text == first.text, "a run does not know its own failures"
    assert "signatures: 1 new, 1 known, 0 flaky\n" in later.text
    assert [event.state for event in later.told if isinstance(event, FailureClassified)] == ["known", "new"]


def test_what_somebody_described_comes_with_name_and_link(tmp_path: Path) -> None:
    store = MemoryResults()
    store.put_signature(Signature(id="power", pattern="no power *", name="bad cable", link="https://bugs/1"))

    context = show(store, tmp_path, run_with({"test_a": "no power on port 3"}))

    assert context.told == [FailureClassified(101.0, 0, "power", "known", "bad cable", "https://bugs/1")]
    assert "  KNOWN power  bad cable https://bugs/1\n          t.py::test_a\n" in context.text


def test_a_test_that_passes_at_a_retry_is_flaky(tmp_path: Path) -> None:
    context = show(MemoryResults(), tmp_path, run_with({"test_a": ""}))

    assert "1 flaky" in context.text
    assert "  FLAKY t.py::test_a\n" in context.text


def test_a_part_of_a_flow_that_passed_again_makes_no_flow_flaky(tmp_path: Path) -> None:
    script = EventScript()
    for attempt in (1, 2):
        with script.test("Flow", kind="flow", attempt=attempt, test_id="t.py::Flow") as flow:
            script.add(TestStarted(script.tick(), 7, None, "Block", "t.py::Flow", "block", attempt=attempt))
            script.add(TestFinished(script.tick(), 7, Outcome.SUCCESS, 0.0))
            flow.report(Outcome.FAILURE, "no")

    assert "0 flaky\n" in show(MemoryResults(), tmp_path, script.finish()).text


def test_a_run_without_failures_says_nothing(tmp_path: Path) -> None:
    assert show(MemoryResults(), tmp_path, run_with({})).text == ""
