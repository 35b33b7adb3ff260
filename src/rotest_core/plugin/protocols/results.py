"""Results stores keep what runs left behind, for questions that span runs.

What a run is made of is in its event log; a results store holds a projection of it that can be asked, and the log
itself, so that a report can be made when the run's directory is gone. Times are seconds since the epoch, durations are
seconds.

A test is known across runs by its *id*, what selects it on a command line. Within a run it has a number, and for each
try an attempt; the last attempt is its result. Blocks and flows within flows are kept as tests with a `parent`; what is
counted and compared are tests without one.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

import attrs

from rotest_core.events import Cause, ExpectationChecked, Outcome, OutcomeReported
from rotest_core.plugin.options import PluginContext


class RunState(enum.StrEnum):
    """How far a run came: a run that is killed stays RUNNING until somebody finds it dead."""

    RUNNING = "running"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"


@attrs.frozen(kw_only=True)
class StoredRun:
    """Describe one run.

    Args:
        id: its identifier, unique.
        name: as given with ``--name``, or empty.
        started: when it began.
        state: how far it came.
        duration: how long it took; up to the last sign of life for one that did not finish.
        status: the exit status, None without one.
        total: how many tests were planned.
        counts: number of tests by outcome; of those that ended.
        flaky: how many of them passed at a retry only.
        directory: its work directory, on its host.
        root: the project's directory.
        command: the command line.
        environment: facts by name: ``host``, ``user``, ``python``, ``commit``, ``packages``, ...
        owner: the process that writes it, as `rotest_core.results.process_mark` has it; empty when nobody does.
        seen: the last sign of life.
    """

    id: str
    started: float
    name: str = ""
    state: RunState = RunState.RUNNING
    duration: float = 0.0
    status: int | None = None
    total: int = 0
    counts: Mapping[str, int] = attrs.field(factory=dict[str, int])
    flaky: int = 0
    directory: str = ""
    root: str = ""
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = attrs.field(factory=dict[str, str])
    owner: str = ""
    seen: float = 0.0


@attrs.frozen(kw_only=True)
class StoredTest:
    """Describe one attempt of a test in one run.

    Args:
        run: the run's identifier.
        number: the test's number within its run.
        attempt: 1 for the first.
        final: whether no later attempt of it is known: this is the test's result.
        id: what selects it on a command line, and is the same in every run.
        name: as its group calls it.
        kind: ``case``, ``flow`` or ``block``.
        parent: for a part of a flow, the number of that flow.
        groups: the names of the groups around it, outermost first.
        tags: its own tags.
        worker: which worker ran it.
        started: when it began.
        duration: how long it took, clean-up included.
        outcome: None when the run was cut short in it, or is in it now.
        cause: who is to blame for a failure or an error.
        summary: one line of what went wrong, or why it was skipped.
        signature: what its failure has in common with others alike; empty where nothing failed.
        waited: how long it waited for resources, altogether.
        log: the file with its log records, within the run's directory; empty if there is none.
    """

    run: str
    number: int
    id: str
    started: float
    attempt: int = 1
    final: bool = True
    name: str = ""
    kind: str = "case"
    parent: int | None = None
    groups: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    worker: str = ""
    duration: float = 0.0
    outcome: Outcome | None = None
    cause: Cause | None = None
    summary: str = ""
    signature: str = ""
    waited: float = 0.0
    log: str = ""

    @property
    def flaky(self) -> bool:
        """Tell whether it passed at a retry only."""
        return self.final and self.attempt > 1 and self.outcome is not None and self.outcome.good


@attrs.frozen(kw_only=True)
class ResourceUse:
    """Tell of one lease of a test.

    Args:
        request: the name of the request.
        type: the record's type.
        name: the record's name.
        leased: when it was granted.
        held: how long the test had it.
        waited: seconds from the claim to its grant.
        dirty: whether it was given back in doubt.
        reason: why the test had to wait, as last told.
        error: the first step of its life cycle that failed, and how; empty if none did.
    """

    request: str
    type: str
    name: str
    leased: float
    held: float = 0.0
    waited: float = 0.0
    dirty: bool = False
    reason: str = ""
    error: str = ""


@attrs.frozen(kw_only=True)
class StoredMeasurement:
    """Tell of one measurement; see `MeasurementTaken`."""

    name: str
    value: float | str | bool
    unit: str = ""
    low: float | None = None
    high: float | None = None
    verdict: str = "pass"


@attrs.frozen(kw_only=True)
class TestDetails:
    """Hold what is known of one attempt beyond its row.

    Args:
        reports: skips, failures, errors, in order.
        expectations: those that failed, and those that held and said so; a bounded number.
        passed_expectations: how many held.
        failed_expectations: how many did not.
        measurements: in order; a bounded number.
        resources: what was leased for it.
    """

    __test__ = False

    reports: tuple[OutcomeReported, ...] = ()
    expectations: tuple[ExpectationChecked, ...] = ()
    passed_expectations: int = 0
    failed_expectations: int = 0
    measurements: tuple[StoredMeasurement, ...] = ()
    resources: tuple[ResourceUse, ...] = ()


@attrs.frozen(kw_only=True)
class ResultsBatch:
    """Hold what a run adds at one time; written whole or not at all, and harmless when it is written twice.

    Args:
        run: the run as it stands now.
        tests: attempts that began or ended, with all that is known of them by now; each replaces what was kept of
            the same attempt, and knows no less.
        part: counts the batches of a run that carry events, from 0, which begins the log anew.
        events: lines of the event log, as many as came since the part before; empty for none.
    """

    run: StoredRun
    tests: Sequence[tuple[StoredTest, TestDetails]] = ()
    part: int = 0
    events: bytes = b""


@attrs.frozen(kw_only=True)
class RunFilter:
    """Choose runs.

    Args:
        name: only runs of this name, as ``*`` and ``?`` have it; empty for all.
        states: only runs in one of these states; empty for all.
        since: only runs that began at this time or later.
        before: only runs that began before this time.
        limit: the newest so many; 0 for all.
    """

    name: str = ""
    states: tuple[RunState, ...] = ()
    since: float | None = None
    before: float | None = None
    limit: int = 0


@attrs.frozen(kw_only=True)
class TestTally:
    """Sum up the results of one test over runs; skipped ones and those that did not end are left out.

    Args:
        id: the test.
        runs: how many results there are.
        passed: how many of them were good.
        flaky: how many of these passed at a retry only.
        changes: how often a result was good and the one before was not, or the other way round.
        last: when the newest of them began.
        last_outcome: what came of it.
    """

    __test__ = False

    id: str
    runs: int
    passed: int
    flaky: int
    changes: int
    last: float
    last_outcome: Outcome


@attrs.frozen(kw_only=True)
class UnitTally:
    """Sum up the results of one test with one record, or with all other records of its type.

    Args:
        test: the test's id.
        here: whether this is about the record asked for, else about the others.
        uses: how many attempts had a lease of it.
        failed: how many of these were not good.
        infrastructure: how many of those were laid to the infrastructure.
        held: seconds that it was held, altogether.
        waited: seconds that were waited for it, altogether.
        longest_wait: the longest of these waits.
        errors: how often a step of its life cycle failed.
    """

    test: str
    here: bool
    uses: int
    failed: int
    infrastructure: int
    held: float
    waited: float
    longest_wait: float
    errors: int


@attrs.frozen(kw_only=True)
class Signature:
    """Describe failures that have one reason, as far as somebody knows.

    Args:
        id: stable identifier.
        pattern: what a normalised failure must be; ``*`` stands for any text.
        name: what people call it.
        link: where it is dealt with.
        cause: whom or what it is laid to, in words.
        expires: from when on it is not known any longer; None for never.
        expected_until: until when a test that fails so counts as an expected failure; None for not at all.
        created: when it was made; of two that fit equally well the older counts.
    """

    id: str
    pattern: str
    name: str = ""
    link: str = ""
    cause: str = ""
    expires: float | None = None
    expected_until: float | None = None
    created: float = 0.0


@attrs.frozen(kw_only=True)
class SignatureTally:
    """Sum up the attempts that failed with one signature.

    Args:
        id: the signature.
        count: how many attempts there were.
        tests: of how many tests they were.
        first: when the first of them began.
        last: when the newest of them began.
        summary: of the newest: what went wrong, in one line.
    """

    id: str
    count: int
    tests: int
    first: float
    last: float
    summary: str


class ResultsStore(Protocol):
    """Keep results, safely for many processes.

    Every method raises `StoreError` when the storage itself fails, and each change happens whole or not at all. What
    sums are made of is said, and done in memory, by `rotest_core.results`.
    """

    def write(self, batch: ResultsBatch) -> None:
        """Add to a run, or begin it."""
        ...

    def runs(self, chosen: RunFilter) -> Sequence[StoredRun]:
        """Return runs, the newest first."""
        ...

    def run(self, run: str) -> StoredRun | None:
        """Return one run by its identifier, or None."""
        ...

    def tests(self, run: str) -> Sequence[StoredTest]:
        """Return all attempts of all tests of a run, parts of flows included, by number and attempt."""
        ...

    def details(self, run: str, number: int, attempt: int) -> TestDetails:
        """Return what else is known of one attempt; nothing of one that is not known."""
        ...

    def events(self, run: str) -> Iterator[bytes]:
        """Yield the event log of a run, in pieces that end with a line."""
        ...

    def delete(self, runs: Iterable[str]) -> int:
        """Forget runs and all that belongs to them; return how many there were."""
        ...

    def ids(self) -> Sequence[str]:
        """Return the ids of all tests without a parent of which there is a result, in order."""
        ...

    def history(self, tests: Iterable[str], *, limit: int = 0, name: str = "") -> Sequence[StoredTest]:
        """Return final results of tests over runs.

        Args:
            tests: their ids.
            limit: the newest so many of each test; 0 for all.
            name: only of runs with just this name; empty for all.

        Returns:
            In the order of the ids, and of each the newest first.
        """
        ...

    def passed(self, name: str) -> frozenset[str]:
        """Return the ids of tests whose newest result under a run's name is success or an expected failure.

        A result that was skipped does not count: the one before it does.

        Args:
            name: the runs' name, exactly; not empty.
        """
        ...

    def durations(self, *, limit: int = 5) -> Mapping[str, Sequence[float]]:
        """Return how long tests took, by id: of each the newest so many good results, skips left out."""
        ...

    def measured(self, test: str, *, limit: int = 0) -> Sequence[tuple[StoredTest, StoredMeasurement]]:
        """Return the measurements of a test over its final results, the newest result first.

        Args:
            test: its id.
            limit: of the newest so many results; 0 for all.
        """
        ...

    def tally(self, chosen: RunFilter) -> Sequence[TestTally]:
        """Sum up the final results of every test without a parent, over some runs, by id."""
        ...

    def unit_tally(self, type: str, name: str) -> Sequence[UnitTally]:  # noqa: A002 - what a record calls it
        """Sum up how tests fared with one record and with the others of its type, by test.

        Args:
            type: the record's type.
            name: its name.

        Returns:
            For each test that ever had it, one sum for this record, and one for the others if it had one of these.
        """
        ...

    def units(self) -> Sequence[tuple[str, str]]:
        """Return type and name of every record that a test had, in order."""
        ...

    def signature_tally(self) -> Sequence[SignatureTally]:
        """Sum up failures by their signatures, those seen last first."""
        ...

    def signatures(self) -> Sequence[Signature]:
        """Return the signatures that somebody described, the oldest first."""
        ...

    def put_signature(self, signature: Signature) -> None:
        """Keep a signature, in the place of one with the same id."""
        ...

    def remove_signature(self, signature: str) -> bool:
        """Forget a signature by its id; return whether there was one."""
        ...

    def failures(self, *, limit: int = 0) -> Iterator[tuple[StoredTest, TestDetails]]:
        """Yield attempts with a failure or an error and what was reported of them, the newest first.

        Args:
            limit: the newest so many; 0 for all.
        """
        ...

    def relabel(self, labels: Iterable[tuple[StoredTest, str]]) -> None:
        """Give attempts, by run, number and attempt, another signature."""
        ...

    def close(self) -> None:
        """Let go of files and connections; may be called twice."""
        ...


ResultsStoreFactory = Callable[[PluginContext], ResultsStore]
