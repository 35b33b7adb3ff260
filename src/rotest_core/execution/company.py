"""What the parts of a running flow work with, and how they report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_core.events import Cause, Outcome
from rotest_core.execution.result import Result
from rotest_core.quick_typing import NamedTuple

if TYPE_CHECKING:
    import unittest
    from collections.abc import Callable, Mapping
    from types import FrameType

    from rotest_core.execution.deadline import Deadline
    from rotest_core.execution.equipment import Equipment
    from rotest_core.execution.stage import Stage
    from rotest_core.planning.flow_parts import Part
    from rotest_core.plugin.protocols.executor import Coordinator


class Company(NamedTuple):
    """What all parts of a running flow work with.

    Args:
        flow: the number of the main flow, under which everything is leased.
        stage: tells how parts begin and end.
        coordinator: takes events, leases.
        equip: makes the holder of a part's own resources, by number and directory.
        directory: gives the directory of a part, by number and name; it need not exist.
        log_for: lets what is logged from now on be that of a test, by number and name.
        interrupted: takes note of an interrupt, or raises it to end the run at once.
        deadline: limits parts that may not take as long as the whole flow.
        config: the ``[config]`` table of the run.
        on_failure: called with each exception that is reported, while its part is still set up.
        on_failed_expectation: called with the frame that expected something in vain.
        doubtful: the names of resources that could not be given back; they are dirty.
        excuse: says, for the text of a failure, why it is an expected one; nothing if it is not.
        direct: which classes are run by the steps of unittest written out, as far as it was asked.
        watch: told of each part, with its result, before it is run; None where nobody watches.
    """

    flow: int
    stage: Stage
    coordinator: Coordinator
    equip: Callable[[int, str], Equipment]
    directory: Callable[[int, str], str]
    log_for: Callable[[int, str], None]
    interrupted: Callable[[KeyboardInterrupt], None]
    deadline: Deadline
    config: Mapping[str, object]
    on_failure: Callable[[BaseException], None] | None
    on_failed_expectation: Callable[[FrameType], None] | None
    doubtful: set[str]
    excuse: Callable[[str], str] | None
    direct: dict[type, bool]
    watch: Callable[[unittest.TestCase, Result], None] | None = None

    def flush(self) -> None:
        """Let all that happened be written before code of users runs, whatever becomes of the process there."""
        self.coordinator.emit()


class Complaint(NamedTuple):
    """One thing that is not good in a flow."""

    path: str
    outcome: Outcome
    summary: str
    cause: Cause | None


class PartResult(Result):
    """Report one part, and remember what is not good.

    Attributes:
        complaints: what is not good in the part itself.
    """

    def __init__(self, company: Company, part: Part) -> None:
        super().__init__(company.coordinator.emit, on_failure=company.on_failure, excuse=company.excuse)
        self.complaints: list[Complaint] = []
        self._part = part
        self.begin(part.number)

    def report(
        self,
        outcome: Outcome,
        text: str,
        *,
        summary: str = "",
        cause: Cause | None = None,
        file: str = "",
        line: int = 0,
        subtest: str = "",
    ) -> None:
        """Tell it, and remember it if it is not good; see `Result.report`."""
        outcome, cause, text = self.excused(outcome, cause, text)
        if not outcome.good:
            self.complaints.append(Complaint(self._part.path, outcome, summary, cause))
        super().report(outcome, text, summary=summary, cause=cause, file=file, line=line, subtest=subtest)

    def told(self, outcome: Outcome, cause: Cause | None, summary: str) -> None:
        """Count it, and remember it if it is not good; see `Result.told`."""
        if not outcome.good:
            self.complaints.append(Complaint(self._part.path, outcome, summary, cause))
        super().told(outcome, cause, summary)
