"""Keep results in memory, for one process: for tests, and as the plainest account of what a results store does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from threading import RLock

import attrs

from rotest_core.events import Outcome
from rotest_core.plugin import (
    PluginContext,
    ResourceUse,
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
from rotest_core.results import chosen_runs, tally_signatures, tally_tests, tally_units

_Key = tuple[str, int, int]


class MemoryResults:
    """Keep results as long as the process lives; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._runs: dict[str, StoredRun] = {}
        self._tests: dict[_Key, StoredTest] = {}
        self._details: dict[_Key, TestDetails] = {}
        self._events: dict[tuple[str, int], bytes] = {}
        self._signatures: dict[str, Signature] = {}

    def write(self, batch: ResultsBatch) -> None:
        with self._lock:
            run = batch.run.id
            self._runs[run] = batch.run
            for test, details in batch.tests:
                self._tests[run, test.number, test.attempt] = test
                self._details[run, test.number, test.attempt] = details
            self._settle_attempts(run, {test.number for test, _ in batch.tests if test.attempt > 1})
            if batch.events:
                if not batch.part:
                    self._events = {key: kept for key, kept in self._events.items() if key[0] != run}
                self._events[run, batch.part] = batch.events

    def runs(self, chosen: RunFilter) -> Sequence[StoredRun]:
        with self._lock:
            return chosen_runs(self._runs.values(), chosen)

    def run(self, run: str) -> StoredRun | None:
        return self._runs.get(run)

    def tests(self, run: str) -> Sequence[StoredTest]:
        with self._lock:
            found = [test for test in self._tests.values() if test.run == run]
        return sorted(found, key=lambda test: (test.number, test.attempt))

    def details(self, run: str, number: int, attempt: int) -> TestDetails:
        return self._details.get((run, number, attempt), TestDetails())

    def events(self, run: str) -> Iterator[bytes]:
        with self._lock:
            parts = sorted((part, events) for (each, part), events in self._events.items() if each == run)
        yield from (events for _, events in parts)

    def delete(self, runs: Iterable[str]) -> int:
        with self._lock:
            found = {run for run in runs if self._runs.pop(run, None)}
            self._tests = {key: test for key, test in self._tests.items() if key[0] not in found}
            self._details = {key: details for key, details in self._details.items() if key[0] not in found}
            self._events = {key: events for key, events in self._events.items() if key[0] not in found}
            return len(found)

    def ids(self) -> Sequence[str]:
        with self._lock:
            return sorted({test.id for test in self._tests.values() if test.parent is None})

    def history(self, tests: Iterable[str], *, limit: int = 0, name: str = "") -> Sequence[StoredTest]:
        return [test for test_id in tests for test in self._results_of(test_id, name)[: limit or None]]

    def passed(self, name: str) -> frozenset[str]:
        return frozenset(
            test_id
            for test_id in self.ids()
            for newest in [test for test in self._results_of(test_id, name) if _says_something(test)][:1]
            if newest.outcome in (Outcome.SUCCESS, Outcome.EXPECTED_FAILURE)
        )

    def durations(self, *, limit: int = 5) -> Mapping[str, Sequence[float]]:
        good = (Outcome.SUCCESS, Outcome.EXPECTED_FAILURE)
        taken = {
            test_id: [test.duration for test in self._results_of(test_id) if test.outcome in good][:limit]
            for test_id in self.ids()
        }
        return {test_id: times for test_id, times in taken.items() if times}

    def measured(self, test: str, *, limit: int = 0) -> Sequence[tuple[StoredTest, StoredMeasurement]]:
        results = [each for each in self._results_of(test) if self._of(each).measurements]
        return [(each, found) for each in results[: limit or None] for found in self._of(each).measurements]

    def tally(self, chosen: RunFilter) -> Sequence[TestTally]:
        with self._lock:
            runs = {run.id for run in self.runs(chosen)}
            return tally_tests(test for test in self._tests.values() if test.run in runs)

    def unit_tally(self, type: str, name: str) -> Sequence[UnitTally]:  # noqa: A002 - as the protocol has it
        return tally_units(((test, use) for test, use in self._uses() if use.type == type), name=name)

    def units(self) -> Sequence[tuple[str, str]]:
        return sorted({(use.type, use.name) for _, use in self._uses()})

    def signature_tally(self) -> Sequence[SignatureTally]:
        with self._lock:
            return tally_signatures(self._tests.values())

    def signatures(self) -> Sequence[Signature]:
        with self._lock:
            return sorted(self._signatures.values(), key=lambda known: (known.created, known.id))

    def put_signature(self, signature: Signature) -> None:
        with self._lock:
            self._signatures[signature.id] = signature

    def remove_signature(self, signature: str) -> bool:
        with self._lock:
            return self._signatures.pop(signature, None) is not None

    def failures(self, *, limit: int = 0) -> Iterator[tuple[StoredTest, TestDetails]]:
        with self._lock:
            found = [
                test for test in self._tests.values() if test.outcome in (Outcome.FAILURE, Outcome.ERROR)
            ]
        found.sort(key=lambda test: (test.started, test.run, test.number, test.attempt), reverse=True)
        for test in found[: limit or None]:
            yield test, self._of(test)

    def relabel(self, labels: Iterable[tuple[StoredTest, str]]) -> None:
        with self._lock:
            for test, signature in labels:
                key = (test.run, test.number, test.attempt)
                if key in self._tests:
                    self._tests[key] = attrs.evolve(self._tests[key], signature=signature)

    def close(self) -> None:
        """Keep everything: what is in memory ends with the process."""

    def _settle_attempts(self, run: str, numbers: set[int]) -> None:
        """Let the last attempt of each test be its result."""
        tests = {key: test for key, test in self._tests.items() if key[0] == run and test.number in numbers}
        last = {number: max(key[2] for key in tests if key[1] == number) for number in numbers}
        for key, test in tests.items():
            self._tests[key] = attrs.evolve(test, final=test.attempt == last[test.number])

    def _of(self, test: StoredTest) -> TestDetails:
        return self.details(test.run, test.number, test.attempt)

    def _results_of(self, test_id: str, name: str = "") -> list[StoredTest]:
        with self._lock:
            found = [
                test
                for test in self._tests.values()
                if test.id == test_id and test.final and test.parent is None
                if not name or self._runs[test.run].name == name
            ]
        return sorted(found, key=lambda test: (test.started, test.run), reverse=True)

    def _uses(self) -> list[tuple[StoredTest, ResourceUse]]:
        with self._lock:
            return [(test, use) for test in self._tests.values() for use in self._of(test).resources]


def _says_something(test: StoredTest) -> bool:
    return test.outcome not in (None, Outcome.SKIPPED)


def memory_results(context: PluginContext) -> MemoryResults:
    """Make an empty results store.

    Raises:
        ConfigError: the section holds a key; there is nothing to set.
    """
    context.options(MemoryResultsOptions)
    return MemoryResults()


@attrs.frozen
class MemoryResultsOptions:
    """Take no options."""
