"""What type checkers know of results stores, for those who ask one or write one; checked, never run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import assert_type

from rotest_core import Cause, Outcome
from rotest_core.events import Event
from rotest_core.plugin import (
    HandlerContext,
    PluginContext,
    Registry,
    ResultsBatch,
    ResultsStore,
    RunFilter,
    RunState,
    Signature,
    SignatureTally,
    StoredMeasurement,
    StoredRun,
    StoredTest,
    TestDetails,
    TestTally,
    UnitTally,
)
from rotest_core.results import Recognised, Recogniser, ResultsBuilder, read_lines, settle, tally_tests


def ask(store: ResultsStore, context: HandlerContext) -> None:
    assert_type(context.results(), ResultsStore)
    assert_type(
        store.runs(RunFilter(name="nightly", states=(RunState.FINISHED,), limit=3)), Sequence[StoredRun]
    )
    assert_type(store.run("a1b2"), StoredRun | None)
    assert_type(store.tests("a1b2"), Sequence[StoredTest])
    assert_type(store.details("a1b2", 0, 1), TestDetails)
    assert_type(store.history(["test"], limit=5), Sequence[StoredTest])
    assert_type(store.passed("nightly"), frozenset[str])
    assert_type(store.durations(), Mapping[str, Sequence[float]])
    assert_type(store.measured("test"), Sequence[tuple[StoredTest, StoredMeasurement]])
    assert_type(store.tally(RunFilter()), Sequence[TestTally])
    assert_type(store.unit_tally("Board", "b1"), Sequence[UnitTally])
    assert_type(store.signature_tally(), Sequence[SignatureTally])
    assert_type(store.signatures(), Sequence[Signature])
    assert_type(store.failures(limit=3), Iterator[tuple[StoredTest, TestDetails]])
    assert_type(settle(store), list[str])
    assert_type(read_lines(store.events("a1b2"), name="a1b2"), Iterator[Event])


def read(test: StoredTest, measurement: StoredMeasurement) -> None:
    assert_type(test.outcome, Outcome | None)
    assert_type(test.cause, Cause | None)
    assert_type(test.flaky, bool)
    assert_type(measurement.value, float | str | bool)
    assert_type(tally_tests([test]), list[TestTally])


def build(event: Event) -> None:
    builder = ResultsBuilder()
    builder.take(event)
    assert_type(builder.batch(now=0.0), ResultsBatch | None)
    assert_type(Recogniser([], (), now=0.0).recognise("text"), Recognised)


def register(registry: Registry, make: Callable[[PluginContext], ResultsStore]) -> None:
    registry.results_store("lab", make, summary="results of the lab")
