"""Runs to make reports of: a laboratory at work, and ten thousand tests."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

from rotest_core.events import (
    Cause,
    Event,
    ExpectationChecked,
    FailureClassified,
    GroupFinished,
    GroupStarted,
    InformationAdded,
    LogWritten,
    MeasurementTaken,
    Outcome,
    OutcomeReported,
    ResourceLeased,
    ResourceReleased,
    ResourceStep,
    ResourceWaiting,
    RunFinished,
    RunStarted,
    SampleTaken,
    SetupFinished,
    TeardownStarted,
    TestFinished,
    TestStarted,
)

START = 1_763_800_000.0
SUBJECTS = ("boot", "flash", "ethernet", "wifi", "storage", "power", "clock", "display", "update", "sleep")
CHECKS = (
    "comes up",
    "survives a reset",
    "answers",
    "keeps its settings",
    "reports errors",
    "is quick enough",
)
TRACEBACK = """\
Traceback (most recent call last):
  File "/home/ada/board/tests/test_{subject}.py", line {line}, in {name}
    self.assertEqual(self.board.read("{subject}.state"), "ready")
  File "/usr/lib/python3.13/unittest/case.py", line 907, in assertEqual
    assertion_func(first, second, msg=msg)
AssertionError: 'timeout after {milliseconds} ms' != 'ready'
"""
UNREACHABLE = """\
Traceback (most recent call last):
  File "/home/ada/board/resources.py", line 41, in connect
    self.link = open_console(self.data.address, timeout=5)
ConnectionRefusedError: [Errno 111] nothing listens on {address}:23

The above exception was the direct cause of the following exception:

rotest_core.errors.ResourceError: {board}: connect: [Errno 111] nothing listens on {address}:23
"""


class _Planned(NamedTuple):
    """Be a test that a worker is about to run."""

    number: int
    group: int
    subject: str
    name: str


def started(total: int, command: tuple[str, ...] = ("rotest", "-n", "3", "-o", "html")) -> RunStarted:
    """Return the start of a run."""
    facts = (
        ("host", "lab-7"),
        ("user", "ada"),
        ("python", "3.13.1"),
        ("platform", "Linux 6.12 x86_64"),
        ("rotest", "9.0"),
    )
    directory = "/home/ada/board/.rotest/runs/2025-11-22T08-26-40"
    return RunStarted(
        START, "2025-11-22T08-26-40", "nightly", directory, "/home/ada/board", command, facts, total
    )


def many_tests(total: int = 10_000) -> Iterator[Event]:
    """Yield a run of many tests, half a percent of which do not pass.

    Args:
        total: how many.
    """
    yield started(total, ("rotest", "-o", "html"))
    counts = {Outcome.SUCCESS: 0, Outcome.FAILURE: 0, Outcome.SKIPPED: 0}
    time, group, module = START, -1, 0
    for number in range(total):
        if number % 500 == 0:
            group += 1
            module = group
            yield GroupStarted(
                time, module, None, "module", f"tests/test_{SUBJECTS[number // 500 % 10]}_{group}.py"
            )
        if number % 50 == 0:
            group += 1
            yield GroupStarted(
                time, group, module, "class", f"Check{SUBJECTS[number // 50 % 10].title()}Test"
            )
        subject, name = SUBJECTS[number // 50 % 10], f"test_{SUBJECTS[number // 50 % 10]}_variant_{number:05}"
        test_id = f"tests/test_{subject}.py::Check{subject.title()}Test::{name}"
        yield TestStarted(time, number, group, name, test_id)
        duration = 0.004 + number % 7 / 1000
        outcome = (
            Outcome.FAILURE
            if number % 250 == 249
            else Outcome.SKIPPED
            if number % 400 == 7
            else Outcome.SUCCESS
        )
        counts[outcome] += 1
        if outcome is Outcome.FAILURE:
            text = TRACEBACK.format(subject=subject, line=31, name=name, milliseconds=number)
            yield OutcomeReported(
                time,
                number,
                outcome,
                text,
                text.splitlines()[-1],
                Cause.PRODUCT,
                f"tests/test_{subject}.py",
                31,
            )
        elif outcome is Outcome.SKIPPED:
            yield OutcomeReported(time, number, outcome, "this board has no such part")
        time += duration
        yield TestFinished(
            time, number, outcome, duration, Cause.PRODUCT if outcome is Outcome.FAILURE else None
        )
    yield RunFinished(
        time, tuple((outcome.value, count) for outcome, count in counts.items()), 1, time - START
    )


def laboratory(workers: int = 3, boards: int = 2, *, nights_ago: int = 0) -> list[Event]:
    """Return a run in which several workers share fewer boards, and some things go wrong.

    Args:
        workers: how many.
        boards: how many.
        nights_ago: which night it was; in earlier nights less went wrong.
    """
    events = _Laboratory(workers, boards, nights_ago).run()
    if not nights_ago:
        return events
    moved = [event._replace(time=event.time - 86_400 * nights_ago) for event in events]
    first = moved[0]
    assert isinstance(first, RunStarted)
    return [
        first._replace(run=f"nightly-{nights_ago}", directory=f"{first.directory}-{nights_ago}"),
        *moved[1:],
    ]


class _Laboratory:
    """Play a run on a clock of its own."""

    def __init__(self, workers: int, boards: int, nights_ago: int) -> None:
        self._random = random.Random(7 + nights_ago)
        self._night = nights_ago
        self._events: list[Event] = []
        self._free = {f"worker-{number + 1}": START + 0.2 * number for number in range(workers)}
        self._boards = {f"board{number + 1}": START for number in range(boards)}
        self._counts: dict[Outcome, int] = {}
        self._token = 100
        self._flaky = 0

    def run(self) -> list[Event]:
        planned = self._plan()
        for test in planned:
            self._play(test)
        self._events.sort(key=lambda event: event.time)
        end = self._events[-1].time + 0.1
        groups = {test.group for test in planned}
        closing: list[Event] = [GroupFinished(end, group) for group in sorted(groups)]
        counts = tuple(
            (outcome.value, self._counts[outcome]) for outcome in Outcome if outcome in self._counts
        )
        return [
            started(len(planned)),
            *self._groups(),
            *self._events,
            *closing,
            RunFinished(end, counts, 1, end - START, self._flaky),
        ]

    def _groups(self) -> Iterator[Event]:
        for number, subject in enumerate(SUBJECTS):
            yield GroupStarted(START, 2 * number, None, "module", f"tests/test_{subject}.py")
            tags = ("SMOKE",) if number % 3 == 0 else ()
            yield GroupStarted(START, 2 * number + 1, 2 * number, "class", f"{subject.title()}Test", tags)

    def _plan(self) -> list[_Planned]:
        tests = [(subject, check) for subject in range(len(SUBJECTS)) for check in range(len(CHECKS))]
        return [
            _Planned(number, 2 * subject + 1, SUBJECTS[subject], f"test_{CHECKS[check].replace(' ', '_')}")
            for number, (subject, check) in enumerate(tests)
        ]

    def _play(self, test: _Planned) -> None:
        worker = min(self._free, key=lambda name: self._free[name])
        begin = self._free[worker]
        add = self._events.append
        tags = ("SMOKE",) if test.group // 2 % 3 == 0 else ()
        add(
            TestStarted(
                begin,
                test.number,
                test.group,
                test.name,
                f"tests/test_{test.subject}.py::{test.subject.title()}Test::{test.name}",
                tags=(*tags, "SLOW") if test.number % 11 == 4 else tags,
                description=f"The {test.subject} {CHECKS[test.number % len(CHECKS)]} within its limits.",
                worker=worker,
            )
        )
        if test.number % 9 == 5:
            self._end(test, begin, begin + 0.02, Outcome.SKIPPED, "needs a display that no board here has")
            self._free[worker] = begin + 0.03
            return
        if test.number % 29 == 10:
            begin = self._fail_once(test, begin, worker)
        needs_board = test.number % 4 != 3
        now = self._with_board(test, begin) if needs_board else self._body(test, begin + 0.05, "")
        self._free[worker] = now + 0.05

    def _fail_once(self, test: _Planned, begin: float, worker: str) -> float:
        """End a first attempt that fails, and begin the second, which will not."""
        text = f"ConnectionResetError: [Errno 104] the console of {test.subject} was closed"
        self._told(test, begin + 0.6, Outcome.ERROR, text, Cause.INFRASTRUCTURE)
        self._events.append(TestFinished(begin + 0.6, test.number, Outcome.ERROR, 0.6, Cause.INFRASTRUCTURE))
        first = next(
            event for event in self._events if isinstance(event, TestStarted) and event.test == test.number
        )
        self._events.append(first._replace(time=begin + 0.7, attempt=2))
        self._flaky += 1
        return begin + 0.7

    def _fails(self, number: int) -> bool:
        return number % 8 == 6 and (
            not self._night or (self._night % 3 > 0 and (number // 8 + self._night) % 5 == 0)
        )

    def _is_unreachable(self, number: int) -> bool:
        return number % 17 == 12 and (not self._night or self._night % 6 == 2)

    def _measure(self, now: float, number: int, board: str) -> None:
        file, add = f"tests/test_{SUBJECTS[number // len(CHECKS)]}.py", self._events.append
        for line, (name, middle, spread, unit) in enumerate(
            (
                ("supply 3.3 V", 3.3, 0.165, "V"),
                ("supply 1.8 V", 1.8, 0.09, "V"),
                ("boot time", 4.0, 4.0, "s"),
            )
        ):
            low, high = (middle - spread, middle + spread) if unit == "V" else (None, middle + spread)
            value = round(middle + self._random.gauss(0, 0.4) * spread, 3)
            if self._fails(number) and unit == "s":
                value = 9.417
            over = (low is not None and value < low) or value > high
            near = unit == "V" and abs(value - middle) > 0.8 * spread
            verdict = "fail" if over else "marginal" if near else "pass"
            add(MeasurementTaken(now, number, name, value, unit, low, high, verdict, file, 33 + line))
        add(MeasurementTaken(now, number, "firmware", f"4.{number % 7}.1", file=file, line=36))

    def _sample(self, begin: float, end: float, number: int, board: str) -> None:
        time = begin
        while time < end:
            share = (time - begin) / max(end - begin, 0.01)
            memory = 84 + 30 * share + self._random.random() * 3
            self._events.append(SampleTaken(time, number, "process.memory", memory, "MiB", "process"))
            if board:
                degrees = 38 + 14 * (1 - 2 ** (-4 * share)) + self._random.random()
                self._events.append(
                    SampleTaken(time, number, f"{board}.temperature", degrees, "°C", "temperature")
                )
            time += 0.08

    def _with_board(self, test: _Planned, begin: float) -> float:
        board = min(self._boards, key=lambda name: self._boards[name])
        leased = max(begin + 0.01, self._boards[board])
        waited = leased - begin
        add, number = self._events.append, test.number
        if waited > 0.1:
            add(
                ResourceWaiting(
                    begin + 0.01, number, f"Board {board} is held by ada@lab-7 for another test of this run"
                )
            )
        self._token += 1
        add(
            ResourceLeased(
                leased, number, "board", "Board", board, self._token, waited, dirty=number % 13 == 2
            )
        )
        now = leased
        if self._is_unreachable(number):
            address = "10.0.7.12"
            now += 1.5
            text = UNREACHABLE.format(board=board, address=address)
            add(
                ResourceStep(
                    now,
                    number,
                    board,
                    "connect",
                    1.5,
                    f"ConnectionRefusedError: nothing listens on {address}:23",
                )
            )
            self._end(test, begin, now + 0.1, Outcome.ERROR, text, Cause.INFRASTRUCTURE)
        else:
            for step, share in (("connect", 0.15), ("validate", 0.05), ("initialize", 0.4)):
                took = share * (0.7 + self._random.random())
                now += took
                add(ResourceStep(now, number, board, step, took))
            now = self._body(test, now, board)
        add(ResourceReleased(now, number, "board", "Board", board, dirty=self._is_unreachable(number)))
        self._boards[board] = now + 0.01
        return now

    def _body(self, test: _Planned, now: float, board: str) -> float:
        add, number = self._events.append, test.number
        begin = now
        add(SetupFinished(now, number))
        for line in range(self._random.randint(3, 40)):
            now += self._random.random() * 0.06
            level = 30 if line % 11 == 7 else 10 if line % 3 else 20
            add(
                LogWritten(
                    now,
                    number,
                    level,
                    f"board.{test.subject}",
                    f"{test.subject}: register 0x{line * 68:04x} = {line * 37 % 256:#04x}",
                )
            )
        add(InformationAdded(now, number, f"firmware 4.{number % 7}.1"))
        for line, limit in ((28, 3.3), (29, 1.8)):
            value = round(limit + self._random.uniform(-0.1, 0.1), 3)
            source = f'self.expectAlmostEqual(self.board.voltage("{limit}V"), {limit}, delta=0.1)'
            values = (str(value), str(limit), "0.1")
            add(
                ExpectationChecked(
                    now,
                    number,
                    "expectAlmostEqual",
                    True,
                    "",
                    values,
                    f"tests/test_{test.subject}.py",
                    line,
                    source,
                )
            )
        self._measure(now, number, board)
        self._sample(begin, now, number, board)
        outcome, text = Outcome.SUCCESS, ""
        if self._fails(number):
            outcome = Outcome.FAILURE
            add(LogWritten(now, number, 40, f"board.{test.subject}", f"{test.subject}: no answer"))
            source = f'self.expectLess(self.board.latency("{test.subject}"), 250)'
            add(
                ExpectationChecked(
                    now,
                    number,
                    "expectLess",
                    False,
                    f"{now % 400 + 250:.0f} not less than 250",
                    (f"{now % 400 + 250:.0f}", "250"),
                    f"tests/test_{test.subject}.py",
                    30,
                    source,
                )
            )
            text = TRACEBACK.format(
                subject=test.subject, line=31, name=test.name, milliseconds=round(now % 400 + 250)
            )
        add(TeardownStarted(now, number))
        now += 0.08
        if board:
            add(ResourceStep(now, number, board, "finalize", 0.08))
        self._end(test, begin if not board else self._began(number), now + 0.01, outcome, text)
        return now

    def _began(self, number: int) -> float:
        return next(
            event.time for event in self._events if isinstance(event, TestStarted) and event.test == number
        )

    def _end(
        self,
        test: _Planned,
        begin: float,
        end: float,
        outcome: Outcome,
        text: str,
        cause: Cause | None = None,
    ) -> None:
        if outcome is not Outcome.SUCCESS:
            cause = self._told(test, end, outcome, text, cause)
        self._counts[outcome] = self._counts.get(outcome, 0) + 1
        self._events.append(TestFinished(end, test.number, outcome, end - begin, cause))

    def _told(
        self, test: _Planned, end: float, outcome: Outcome, text: str, cause: Cause | None
    ) -> Cause | None:
        """Report what a test came to, and of what sort it is."""
        blame = cause if cause is not None or outcome.good else Cause.PRODUCT
        summary = "" if outcome.good else text.rstrip("\n").rpartition("\n")[2]
        self._events.append(
            OutcomeReported(
                end - 0.005,
                test.number,
                outcome,
                text,
                summary,
                blame,
                f"/home/ada/board/tests/test_{test.subject}.py",
                31,
            )
        )
        if not outcome.good:
            known = cause is Cause.INFRASTRUCTURE
            self._events.append(
                FailureClassified(
                    end - 0.004,
                    test.number,
                    "s-7f3a" if known else "s-90c1",
                    "known" if known else "new",
                    "LAB-112: power of the rack" if known else "",
                    "https://issues.example.org/LAB-112" if known else "",
                )
            )
        return blame
