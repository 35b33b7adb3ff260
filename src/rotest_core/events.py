"""What happens in a run, as values.

An event is frozen, has plain fields (text, numbers, booleans, tuples of them), and is written to ``events.jsonl`` as
one JSON object: ``{"event": "<TypeName>", "<field>": ...}``, without the fields that have their default. Readers ignore
fields that they do not know and fall back to defaults for those that are missing, so that old and newer logs stay
readable; ``RunStarted.schema`` says which version wrote the log.

Events are named tuples and not attrs classes: two of them are made for every test, and every run pays for the import.
Attrs would cost a third of the start-up of a run of one plain test.

Times are seconds since the epoch, durations are seconds. ``test`` numbers a test within its run, in planned order,
from 0; ``group`` numbers a module, class, suite or flow.
"""

from __future__ import annotations

import enum

from rotest_core.quick_typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

SCHEMA = 1


class Outcome(enum.StrEnum):
    """The result of a test, from least to most severe; a test has the most severe that was reported for it."""

    # Outcomes are counted for every test, and what enum does for a hash is three times as slow.
    __hash__ = str.__hash__

    SUCCESS = "success"
    SKIPPED = "skipped"
    EXPECTED_FAILURE = "expected_failure"
    UNEXPECTED_SUCCESS = "unexpected_success"
    FAILURE = "failure"
    ERROR = "error"

    @property
    def severity(self) -> int:
        """Rank the outcome: 0 is success, 5 is error."""
        return _SEVERITY[self]

    @property
    def good(self) -> bool:
        """Tell whether a run with this outcome still passes."""
        return _SEVERITY[self] <= 2


_SEVERITY = {outcome: rank for rank, outcome in enumerate(Outcome)}


class Cause(enum.StrEnum):
    """Whom a failure or an error is to be laid to."""

    PRODUCT = "product"
    INFRASTRUCTURE = "infrastructure"


class RunStarted(NamedTuple):
    """A run begins.

    Args:
        run: identifier of the run, unique.
        name: the name given with ``--name``, or empty.
        directory: the run's work directory.
        root: the project's directory.
        command: the command line.
        environment: facts (``host``, ``user``, ``python``, ``platform``, ``rotest``), as pairs of name and value.
        total: how many tests are planned.
        schema: version of the event log.
    """

    time: float
    run: str
    name: str
    directory: str
    root: str
    command: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    total: int
    schema: int = SCHEMA


class GroupStarted(NamedTuple):
    """A module, class, suite or flow begins.

    Args:
        kind: ``module``, ``class``, ``suite`` or ``flow``.
        parent: the group around it, or None at the top.
    """

    time: float
    group: int
    parent: int | None
    kind: str
    name: str
    tags: tuple[str, ...] = ()


class GroupFinished(NamedTuple):
    """A group is done: no test of it follows."""

    time: float
    group: int


class TestStarted(NamedTuple):
    """A test begins; one that is retried begins again, with the same `test` and the next `attempt`.

    Each attempt ends with a TestFinished of its own. The last attempt is the test's result; a test that passed
    then, and not before, is *flaky*.

    Args:
        name: the test as its group calls it: a method's name, a flow's or block's name.
        id: what selects just this test on a command line: ``tests/test_x.py::Class::method``.
        kind: ``case``, ``flow`` or ``block``.
        description: first line of the docstring, or empty.
        worker: which worker runs it, empty in the coordinator's own process.
        attempt: 1 for the first time, 2 for the first retry.
    """

    time: float
    test: int
    group: int | None
    name: str
    id: str
    kind: str = "case"
    tags: tuple[str, ...] = ()
    description: str = ""
    worker: str = ""
    attempt: int = 1


class ResourceWaiting(NamedTuple):
    """A test waits for resources; `reason` is one line that says for which, who holds them, and since when."""

    time: float
    test: int
    reason: str


class ResourceLeased(NamedTuple):
    """A record was leased for a test.

    Args:
        request: the attribute name of the request.
        type: the type name of the record, or of the service.
        name: the record's name.
        token: the fencing token, 0 for a service.
        waited: seconds from the claim to its grant.
        dirty: whether its last holder left it in doubt.
        kept: whether the resource is still set up from an earlier test, whose lease goes on.
    """

    time: float
    test: int
    request: str
    type: str
    name: str
    token: int
    waited: float
    dirty: bool = False
    kept: bool = False


class ResourceStep(NamedTuple):
    """One step of a resource's life cycle ended.

    Args:
        resource: name of the resource, parts after their whole: ``rack1.power``.
        step: ``connect``, ``validate``, ``initialize``, ``store_state`` or ``finalize``.
        error: what was raised, empty when the step succeeded.
    """

    time: float
    test: int
    resource: str
    step: str
    duration: float
    error: str = ""


class ResourceKept(NamedTuple):
    """A test is over and what it had stays leased and set up, for a later test.

    What is given back after all, before another test had it, is finalized and released under the number of this test.
    """

    time: float
    test: int
    request: str
    type: str
    name: str


class ResourceReleased(NamedTuple):
    """A record was given back."""

    time: float
    test: int
    request: str
    type: str
    name: str
    dirty: bool = False


class SetupFinished(NamedTuple):
    """A test's setUp succeeded: its body starts."""

    time: float
    test: int


class TeardownStarted(NamedTuple):
    """A test's body ended: its tearDown starts."""

    time: float
    test: int


class ExpectationChecked(NamedTuple):
    """An ``expect*`` or an assertion with ``success_msg`` was evaluated.

    Args:
        method: name of the method: ``expectEqual``.
        passed: the verdict.
        text: the failure's text, or the success message.
        values: the arguments, as ``repr`` texts, shortened.
        file: source file of the call.
        line: line of the call, from 1.
        source: the source line itself, stripped.
    """

    time: float
    test: int
    method: str
    passed: bool
    text: str
    values: tuple[str, ...]
    file: str
    line: int
    source: str


class MeasurementTaken(NamedTuple):
    """A test measured something, and held it against its limits.

    Args:
        name: what was measured, as the test calls it.
        value: what came out: a number, or a text or a truth that was compared.
        unit: of `value`, `low` and `high`; empty for a bare number.
        low: the least value that passes, None without a lower limit.
        high: the greatest value that passes, None without an upper limit.
        verdict: ``pass``, ``marginal`` (it passes, and is near a limit) or ``fail``.
        file: source file of the call.
        line: line of the call, from 1; 0 when unknown.
    """

    time: float
    test: int
    name: str
    value: float | str | bool
    unit: str = ""
    low: float | None = None
    high: float | None = None
    verdict: str = "pass"
    file: str = ""
    line: int = 0


class SampleTaken(NamedTuple):
    """One point of a series was taken.

    Args:
        test: the test during which it was taken, None outside of tests.
        series: name of the series: ``board1.temperature``.
        unit: of `value`, empty for a bare number.
        monitor: the monitor that took it, empty for a test's own.
    """

    time: float
    test: int | None
    series: str
    value: float
    unit: str = ""
    monitor: str = ""


class InformationAdded(NamedTuple):
    """A test reported a line of information; it does not change the outcome."""

    time: float
    test: int
    text: str


class LogWritten(NamedTuple):
    """A record was written through `logging`.

    Args:
        test: the test during which it was written, or None outside of tests.
        level: numeric level of `logging`.
        text: the formatted message, with its traceback if it has one.
    """

    time: float
    test: int | None
    level: int
    logger: str
    text: str


class OutcomeReported(NamedTuple):
    """Something other than plain success was reported for a test; a test may have several of these.

    Args:
        text: reason of a skip, or the formatted traceback.
        summary: the last line of it: exception type and message.
        cause: who is to blame, None where nobody is.
        file: where the test itself failed, empty when unknown.
        line: line in that file, from 1; 0 when unknown.
        subtest: description of the subTest, empty outside of one.
    """

    time: float
    test: int
    outcome: Outcome
    text: str
    summary: str = ""
    cause: Cause | None = None
    file: str = ""
    line: int = 0
    subtest: str = ""


class FailureClassified(NamedTuple):
    """A failure was recognised, or is the first of its kind; told after its OutcomeReported.

    Args:
        signature: stable identifier of what such failures have in common.
        state: ``new`` or ``known``.
        name: what people call it, empty without a name.
        link: where it is dealt with, empty without one.
    """

    time: float
    test: int
    signature: str
    state: str
    name: str = ""
    link: str = ""


class TestFinished(NamedTuple):
    """A test is done, its resources included.

    Args:
        outcome: the most severe outcome reported.
        duration: seconds from TestStarted.
        cause: who is to blame for a failure or an error.
    """

    time: float
    test: int
    outcome: Outcome
    duration: float
    cause: Cause | None = None


class ArtifactWritten(NamedTuple):
    """A handler wrote a file that a person may want to open."""

    time: float
    handler: str
    path: str


class HandlerFailed(NamedTuple):
    """An output handler raised and was switched off."""

    time: float
    handler: str
    text: str


class RunInterrupted(NamedTuple):
    """Somebody asked the run to stop; what has not started will not."""

    time: float
    reason: str


class RunFinished(NamedTuple):
    """A run is done.

    Args:
        counts: number of tests per outcome of their last attempts, as pairs, outcomes that occurred only.
        status: the exit status of the command.
        duration: seconds from RunStarted.
        flaky: how many tests passed after an attempt that had not.
    """

    time: float
    counts: tuple[tuple[str, int], ...]
    status: int
    duration: float
    flaky: int = 0


Event: TypeAlias = (
    RunStarted
    | GroupStarted
    | GroupFinished
    | TestStarted
    | ResourceWaiting
    | ResourceLeased
    | ResourceStep
    | ResourceKept
    | ResourceReleased
    | SetupFinished
    | TeardownStarted
    | ExpectationChecked
    | MeasurementTaken
    | SampleTaken
    | InformationAdded
    | LogWritten
    | OutcomeReported
    | FailureClassified
    | TestFinished
    | ArtifactWritten
    | HandlerFailed
    | RunInterrupted
    | RunFinished
)

EVENT_TYPES: dict[str, type[Event]] = {
    event_type.__name__: event_type
    for event_type in (
        RunStarted,
        GroupStarted,
        GroupFinished,
        TestStarted,
        ResourceWaiting,
        ResourceLeased,
        ResourceStep,
        ResourceKept,
        ResourceReleased,
        SetupFinished,
        TeardownStarted,
        ExpectationChecked,
        MeasurementTaken,
        SampleTaken,
        InformationAdded,
        LogWritten,
        OutcomeReported,
        FailureClassified,
        TestFinished,
        ArtifactWritten,
        HandlerFailed,
        RunInterrupted,
        RunFinished,
    )
}

# Nothing for pytest to collect. In the classes' bodies, type checkers would take it for a field.
for _event_type in (TestStarted, TestFinished):
    setattr(_event_type, "__test__", False)  # noqa: B010
