"""Make one run of several: the shards of a run, a run and its retries, the same tests on several hosts.

The logs are read one after the other, in the order in which their runs began. A group that several logs have is one
group. A test that several logs have is one test, each log's attempts following those of the log before, so that the
last log decides; with `apart`, each log is a group of its own instead, and its tests are tests of their own.

Numbers of tests and groups are given anew. Nothing is kept but one small record for each test and group.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from rotest_core.errors import EXIT_FAILED, EXIT_INFRASTRUCTURE, EXIT_NOTHING_MATCHED, EXIT_PASSED
from rotest_core.events import (
    ArtifactWritten,
    Cause,
    GroupFinished,
    GroupStarted,
    HandlerFailed,
    Outcome,
    RunFinished,
    RunInterrupted,
    RunStarted,
    TestFinished,
    TestStarted,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rotest_core.events import Event
    from rotest_core.execution.rendering import LogProblem

    OnProblem: TypeAlias = Callable[[LogProblem], None]

    class Log(Protocol):
        """Read a log from its beginning, each time it is called."""

        def __call__(self, *, on_problem: OnProblem | None = None) -> Iterable[Event]:
            """Yield its events, and tell what cannot be read."""
            ...


_EXPLAINED = (EXIT_PASSED, EXIT_FAILED, EXIT_INFRASTRUCTURE, EXIT_NOTHING_MATCHED)
"""Exit statuses that follow from the outcomes of tests."""


class _Outline(NamedTuple):
    """What has to be known of a log before any of it is told.

    Args:
        read: reads the log.
        started: its run; None where the log lost its first line.
        finished: how its run ended; None where the log was cut.
        tests: what tells its tests from each other, blocks and parts of flows left out.
        last: the time of its last event.
    """

    read: Log
    started: RunStarted | None
    finished: RunFinished | None
    tests: frozenset[tuple[str, str]]
    last: float

    @property
    def begun(self) -> float:
        return self.started.time if self.started else self.last

    @property
    def host(self) -> str:
        return dict(self.started.environment).get("host", "") if self.started else ""


def merge(
    logs: Sequence[Log], *, on_problem: OnProblem | None = None, apart: bool = False
) -> Iterator[Event]:
    """Yield the events of several runs as those of one.

    Args:
        logs: each reads one run's events from their beginning; it is called twice.
        on_problem: is told once of what cannot be read.
        apart: whether each log is shown as a group of its own.
    """
    outlines = sorted((_outline(log) for log in logs), key=lambda outline: outline.begun)
    merging = _Merging(outlines, apart=apart)
    yield from merging.begin()
    for outline in outlines:
        yield from merging.take(outline, on_problem)
    yield from merging.end()


def _outline(log: Log) -> _Outline:
    started = finished = None
    tests: set[tuple[str, str]] = set()
    parts: set[int] = set()  # groups in which a flow is a part of another
    flows: set[int] = set()
    last = 0.0
    for event in log():
        last = event.time
        if isinstance(event, RunStarted):
            started = event
        elif isinstance(event, RunFinished):
            finished = event
        elif isinstance(event, GroupStarted) and event.kind == "flow":
            flows.add(event.group)
            if event.parent in flows:
                parts.add(event.group)
        elif isinstance(event, TestStarted) and (
            event.kind == "case" or (event.kind == "flow" and event.group not in parts)
        ):
            tests.add((event.id, event.name))
    return _Outline(log, started, finished, frozenset(tests), last)


class _Merging:
    """Hold what is known of the tests and groups so far."""

    def __init__(self, outlines: Sequence[_Outline], *, apart: bool) -> None:
        self._outlines = outlines
        self._apart = apart
        self._hosts = Counter(outline.host for outline in outlines)
        self._groups = _Numbers()
        self._tests = _Numbers()
        self._attempts: dict[int, int] = {}
        self._results: dict[int, tuple[Outcome, Cause | None]] = {}
        self._parts: set[int] = set()
        self._flows: set[int] = set()
        self._bad_before: set[int] = set()
        self._time = 0.0

    def begin(self) -> Iterator[Event]:
        """Yield the start of the run."""
        started = [outline.started for outline in self._outlines if outline.started]
        if not started:
            return
        tests = [outline.tests for outline in self._outlines]
        again = 0 if self._apart else sum(map(len, tests)) - len(frozenset[object]().union(*tests))
        first = started[0]
        yield first._replace(
            run="+".join(one.run for one in started),
            name=_joined(one.name for one in started),
            root=first.root if len({one.root for one in started}) == 1 else "",
            environment=_environment(started),
            total=sum(one.total for one in started) - again,
        )

    def take(self, outline: _Outline, on_problem: OnProblem | None) -> Iterator[Event]:
        """Yield the events of one log."""
        self._groups.next_log()
        self._tests.next_log()
        before = dict(self._attempts)
        top: int | None = None
        if self._apart:
            top = self._groups.number(-1, (id(outline), ""))
            yield GroupStarted(outline.begun, top, None, "suite", self._title(outline))
        for event in outline.read(on_problem=on_problem):
            self._time = event.time
            yield from self._moved(event, top, outline, before)

    def _moved(
        self, event: Event, top: int | None, outline: _Outline, before: dict[int, int]
    ) -> Iterator[Event]:
        if isinstance(event, RunStarted | RunFinished | GroupFinished):
            return
        if isinstance(event, GroupStarted):
            parent = top if event.parent is None else self._groups.known(event.parent)
            number = self._groups.number(event.group, (parent, event.kind, event.name))
            if self._groups.is_new:
                yield event._replace(group=number, parent=parent)
            if event.kind == "flow":
                self._flows.add(number)
        elif isinstance(event, TestStarted):
            yield self._started(event, top, outline, before)
        elif isinstance(event, TestFinished):
            number = self._tests.known(event.test)
            self._finished(number, event)
            yield event._replace(test=number)
        elif isinstance(event, ArtifactWritten | HandlerFailed | RunInterrupted) or event.test is None:
            yield event
        else:
            yield event._replace(test=self._tests.known(event.test))

    def _started(
        self, event: TestStarted, top: int | None, outline: _Outline, before: dict[int, int]
    ) -> TestStarted:
        group = top if event.group is None else self._groups.known(event.group)
        number = self._tests.number(event.test, (group, event.kind, event.id, event.name))
        attempt = before.get(number, 0) + event.attempt
        self._attempts[number] = attempt
        if event.kind not in {"case", "flow"} or (event.kind == "flow" and self._is_part(group)):
            self._parts.add(number)
        worker = event.worker
        if len(self._hosts) > 1 and outline.host:
            worker = f"{outline.host}:{worker}" if worker else outline.host
        return event._replace(test=number, group=group, attempt=attempt, worker=worker)

    def _is_part(self, group: int | None) -> bool:
        """Tell whether a flow in this group is a part of another: its own group is in that of the other."""
        around = None if group is None else self._groups.key(group)[0]
        return around in self._flows

    def _finished(self, number: int, event: TestFinished) -> None:
        if number in self._parts:
            return
        earlier = self._results.get(number)
        if earlier is not None and not earlier[0].good:
            self._bad_before.add(number)
        self._results[number] = (event.outcome, event.cause)

    def _title(self, outline: _Outline) -> str:
        started = outline.started
        if started is None:
            return "a run whose beginning is lost"
        return " ".join(part for part in (started.name, f"on {outline.host}", started.run) if part)

    def end(self) -> Iterator[Event]:
        """Yield the end of all groups, and of the run where all of its logs have theirs."""
        for number in reversed(range(self._groups.count)):
            yield GroupFinished(self._time, number)
        finished = [outline.finished for outline in self._outlines]
        ended = [one for one in finished if one is not None]
        if len(ended) < len(finished) or not ended:
            return
        found = Counter(outcome for outcome, _ in self._results.values())
        counts = tuple((outcome.value, found[outcome]) for outcome in Outcome if found[outcome])
        flaky = sum(self._results[number][0] is Outcome.SUCCESS for number in self._bad_before)
        last = max(one.time for one in ended)
        yield RunFinished(last, counts, self._status(ended), _covered(self._outlines), flaky)

    def _status(self, ended: Sequence[RunFinished]) -> int:
        unexplained = [one.status for one in ended if one.status not in _EXPLAINED]
        if unexplained:
            return max(unexplained)
        bad = [cause for outcome, cause in self._results.values() if not outcome.good]
        if bad:
            infrastructure = all(cause is Cause.INFRASTRUCTURE for cause in bad)
            return EXIT_INFRASTRUCTURE if infrastructure else EXIT_FAILED
        # Trouble that is no test's: the inventory of one of the hosts could not be opened, say.
        if any(one.status == EXIT_INFRASTRUCTURE and not one.counts for one in ended):
            return EXIT_INFRASTRUCTURE
        return EXIT_PASSED if self._results else EXIT_NOTHING_MATCHED


class _Numbers:
    """Number what has the same key in several logs alike.

    Attributes:
        is_new: whether the last call of `number` met a key that no log had before.
    """

    def __init__(self) -> None:
        self._by_key: dict[tuple[object, ...], int] = {}
        self._keys: list[tuple[object, ...]] = []
        self._in_log: dict[int, int] = {}
        self._seen: Counter[tuple[object, ...]] = Counter()
        self.is_new = False

    @property
    def count(self) -> int:
        return len(self._keys)

    def next_log(self) -> None:
        """Begin with another log, in which numbers mean something else."""
        self._in_log.clear()
        self._seen.clear()

    def number(self, own: int, key: tuple[object, ...]) -> int:
        """Return the number of what a log calls `own`; things of one key in one log are told apart by their order."""
        self.is_new = False
        if own in self._in_log:
            return self._in_log[own]
        self._seen[key] += 1
        full = (*key, self._seen[key])
        self.is_new = full not in self._by_key
        if self.is_new:
            self._by_key[full] = len(self._keys)
            self._keys.append(full)
        self._in_log[own] = self._by_key[full]
        return self._in_log[own]

    def known(self, own: int) -> int:
        """Return the number of what a log calls `own`, also where its beginning is lost."""
        return self._in_log[own] if own in self._in_log else self.number(own, ("lost", len(self._keys)))

    def key(self, number: int) -> tuple[object, ...]:
        """Return what `number` was given for."""
        return self._keys[number]


def _joined(values: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(value for value in values if value))


def _environment(started: Sequence[RunStarted]) -> tuple[tuple[str, str], ...]:
    """Return each fact with all the values that it had."""
    facts = [dict(one.environment) for one in started]
    names = dict.fromkeys(name for one in facts for name in one)
    return tuple((name, _joined(one.get(name, "") for one in facts)) for name in names)


def _covered(outlines: Sequence[_Outline]) -> float:
    """Return for how many seconds at least one of the runs went on; they are in the order in which they began."""
    total, until = 0.0, float("-inf")
    for outline in outlines:
        took = outline.finished.duration if outline.finished else 0.0
        end = outline.begun + took
        total += max(0.0, end - max(until, outline.begun))
        until = max(until, end)
    return total
