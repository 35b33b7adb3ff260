"""The results contract catches stores that break it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs
import pytest

from rotest_backends.stores.memory_results import MemoryResults
from rotest_core.plugin import (
    ResultsBatch,
    RunFilter,
    Signature,
    SignatureTally,
    StoredMeasurement,
    StoredRun,
    StoredTest,
    TestDetails,
    TestTally,
    UnitTally,
)
from rotest_core.testing import ResultsStoreContract
from rotest_core.testing.results_contract import make_results

CHECKS = sorted(name for name in vars(ResultsStoreContract) if name.startswith("test_"))


class ForgetsEnvironment(MemoryResults):
    def write(self, batch: ResultsBatch) -> None:
        super().write(attrs.evolve(batch, run=attrs.evolve(batch.run, environment={})))


class RefusesWhatIsNot(MemoryResults):
    def details(self, run: str, number: int, attempt: int) -> TestDetails:
        return self._details[run, number, attempt]


class AppendsTwice(MemoryResults):
    def write(self, batch: ResultsBatch) -> None:
        kept = b"".join(self.events(batch.run.id))
        super().write(attrs.evolve(batch, events=kept + batch.events) if batch.events else batch)


class KeepsTheFirst(MemoryResults):
    def write(self, batch: ResultsBatch) -> None:
        if batch.run.id not in self._runs:
            super().write(batch)


class EveryAttemptIsFinal(MemoryResults):
    def _settle_attempts(self, run: str, numbers: set[int]) -> None:
        for key, test in self._tests.items():
            self._tests[key] = attrs.evolve(test, final=True)


class IgnoresCase(MemoryResults):
    def runs(self, chosen: RunFilter) -> Sequence[StoredRun]:
        return super().runs(attrs.evolve(chosen, name=chosen.name.lower()))


class OldestFirst(MemoryResults):
    def history(self, tests: Iterable[str], *, limit: int = 0, name: str = "") -> Sequence[StoredTest]:
        return list(reversed(super().history(tests, limit=limit, name=name)))


class CountsParts(MemoryResults):
    def ids(self) -> Sequence[str]:
        return sorted({test.id for test in self._tests.values()})


class OncePassedForEverPassed(MemoryResults):
    def passed(self, name: str) -> frozenset[str]:
        return frozenset(test.id for test in self.history(self.ids(), name=name) if test.outcome == "success")


class TimesFailures(MemoryResults):
    def durations(self, *, limit: int = 5) -> Mapping[str, Sequence[float]]:
        return {id_: [test.duration for test in self.history([id_], limit=limit)] for id_ in self.ids()}


class LimitsMeasurements(MemoryResults):
    def measured(self, test: str, *, limit: int = 0) -> Sequence[tuple[StoredTest, StoredMeasurement]]:
        return super().measured(test)[: limit - 1 or None]


class CountsEveryRun(MemoryResults):
    def tally(self, chosen: RunFilter) -> Sequence[TestTally]:
        return super().tally(RunFilter())


class CountsHereOnly(MemoryResults):
    def unit_tally(self, type: str, name: str) -> Sequence[UnitTally]:  # noqa: A002 - as the protocol has it
        return [tally for tally in super().unit_tally(type, name) if tally.here]


class OneUnitForAll(MemoryResults):
    def units(self) -> Sequence[tuple[str, str]]:
        return super().units()[:1]


class ForgetsReports(MemoryResults):
    def failures(self, *, limit: int = 0) -> Iterator[tuple[StoredTest, TestDetails]]:
        for test, details in super().failures(limit=limit):
            yield test, attrs.evolve(details, reports=())


class ChangesNothing(MemoryResults):
    def relabel(self, labels: Iterable[tuple[StoredTest, str]]) -> None:
        pass


class RarestFirst(MemoryResults):
    def signature_tally(self) -> Sequence[SignatureTally]:
        return list(reversed(super().signature_tally()))


class NewestFirst(MemoryResults):
    def signatures(self) -> Sequence[Signature]:
        return list(reversed(super().signatures()))


class LeavesTests(MemoryResults):
    def delete(self, runs: Iterable[str]) -> int:
        tests = dict(self._tests)
        count = super().delete(runs)
        self._tests = tests
        return count


class CountsMissing(MemoryResults):
    def delete(self, runs: Iterable[str]) -> int:
        chosen = list(runs)
        super().delete(chosen)
        return len(chosen)


class ClosesOnce(MemoryResults):
    closed = False

    def close(self) -> None:
        if self.closed:
            raise RuntimeError("is closed")
        self.closed = True


def parameters(function: Callable[..., None]) -> list[dict[str, object]]:
    """Return the arguments of each call that pytest would make."""
    for mark in getattr(function, "pytestmark", []):
        if mark.name == "parametrize":
            names: str | tuple[str, ...] = mark.args[0]
            values: list[Any] = mark.args[1]
            if isinstance(names, str):
                return [{names: value} for value in values]
            return [dict(zip(names, value, strict=True)) for value in values]
    return [{}]


def failures(check: str, store_type: type[MemoryResults]) -> list[str]:
    """Run one check of the contract, with each of its parameters, on a store of its own for each."""
    function = getattr(ResultsStoreContract(), check)
    filled = "filled" in inspect.signature(function).parameters
    found: list[str] = []
    for arguments in parameters(function):
        store = store_type()
        for batch in make_results() if filled else ():
            store.write(batch)
        try:
            function(store, **arguments)
        except (Exception, pytest.fail.Exception) as failure:
            found.append(str(failure))
    return found


@pytest.mark.parametrize("check", CHECKS)
def test_a_good_store_passes(check: str) -> None:
    assert failures(check, MemoryResults) == []


@pytest.mark.parametrize(
    ("store_type", "check"),
    [
        (RefusesWhatIsNot, "test_an_empty_store_answers_every_question"),
        (ForgetsEnvironment, "test_a_run_and_its_tests_are_kept_to_the_letter"),
        (AppendsTwice, "test_a_batch_that_is_written_twice_changes_nothing"),
        (KeepsTheFirst, "test_a_later_batch_replaces_what_it_knows_better"),
        (EveryAttemptIsFinal, "test_the_last_attempt_is_the_result"),
        (IgnoresCase, "test_runs_are_chosen"),
        (OldestFirst, "test_history_has_the_newest_results_of_each_test"),
        (CountsParts, "test_parts_of_flows_are_no_results"),
        (OncePassedForEverPassed, "test_what_passed_under_a_name_did_so_when_it_last_said_something"),
        (TimesFailures, "test_durations_are_those_of_the_newest_good_results"),
        (LimitsMeasurements, "test_measurements_come_with_their_results"),
        (CountsEveryRun, "test_tallies_are_those_of_the_reference"),
        (CountsHereOnly, "test_tallies_of_units_are_those_of_the_reference"),
        (OneUnitForAll, "test_units_are_all_that_were_leased"),
        (ForgetsReports, "test_failures_come_newest_first_with_what_was_reported"),
        (ChangesNothing, "test_a_failure_may_get_another_signature"),
        (RarestFirst, "test_tallies_of_signatures_are_those_of_the_reference"),
        (NewestFirst, "test_signatures_are_kept_replaced_and_removed"),
        (LeavesTests, "test_what_is_deleted_is_gone_from_every_answer"),
        (CountsMissing, "test_what_is_deleted_is_gone_from_every_answer"),
        (KeepsTheFirst, "test_the_last_attempt_is_the_result"),
        (ClosesOnce, "test_closing_twice_is_harmless"),
    ],
)
def test_a_broken_store_is_caught(store_type: type[MemoryResults], check: str) -> None:
    assert failures(check, store_type) != []
