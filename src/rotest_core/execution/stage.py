"""Tell how the parts of a running flow begin and end."""

from __future__ import annotations

from time import perf_counter, time
from typing import TYPE_CHECKING

from rotest_core.events import (
    Cause,
    GroupFinished,
    GroupStarted,
    Outcome,
    OutcomeReported,
    TestFinished,
    TestStarted,
)
from rotest_core.planning.planned_flow import PlannedFlow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from rotest_core.events import Event
    from rotest_core.planning.flow_parts import Part
    from rotest_core.planning.tree import PlannedTest

_new: Any = getattr(tuple, "__new__")  # noqa: B009 - to type checkers it is of no type that they know
"""Makes an event of its fields, given one and all, without looking at them."""

PREVIOUS_FAILED = "Previous component failed"
CUT_SHORT = "It was cut short"
NO_RESOURCES = "Failed to request resources"


class Stage:
    """Tell, for each part of one flow, when it begins and ends; once each.

    Args:
        test: the flow, as it is planned.
        emit: takes the events.
        worker: the name of the worker.
        begun: when parts began that began already, by number.
        ended: the numbers of those that ended.
    """

    def __init__(
        self,
        test: PlannedTest,
        emit: Callable[..., None],
        worker: str,
        *,
        begun: Mapping[int, float] | None = None,
        ended: Iterable[int] = (),
    ) -> None:
        self._id = test.id
        self._emit = emit
        self._worker = worker
        self._tags: dict[int, tuple[str, ...]] = {}
        self._begun: dict[int, float] = dict(begun or {})
        self._ended: set[int] = set(ended)
        self._untold: list[Event] = []

    def begin(self, part: Part, description: str = "") -> None:
        """Begin a part."""
        group = part.group
        assert group is not None
        self._begun[part.number] = perf_counter()
        tags = self._tags.get(group.number)
        if tags is None:
            tags = self._tags[group.number] = group.all_tags
        if part.kind == "flow":
            parent = None if group.parent is None else group.parent.number
            self._untold.append(GroupStarted(time(), group.number, parent, "flow", group.name, group.tags))
        elif part.tags:
            tags = tuple(dict.fromkeys((*tags, *part.tags)))
        # The end of the part before is told along with the start of this one: that spares system calls.
        number, kind = part.number, part.kind
        fields = (time(), number, group.number, part.name, self._id, kind, tags, description, self._worker, 1)
        self._untold.append(_new(TestStarted, fields))
        self.tell()

    def end(self, part: Part, outcome: Outcome, cause: Cause | None) -> None:
        """End a part that began; see `tell`."""
        self._ended.add(part.number)
        duration = perf_counter() - self._begun[part.number]
        self._untold.append(_new(TestFinished, (time(), part.number, outcome, duration, cause)))
        if part.kind == "flow" and part.group is not None:
            self._untold.append(GroupFinished(time(), part.group.number))

    def tell(self) -> None:
        """Tell the ends that were not told yet; called before anything else may be told."""
        untold, self._untold = self._untold, []
        if untold:
            self._emit(*untold)

    def skip(self, part: Part, reason: str) -> None:
        """Begin and end a part that does not run, and all that is in it; one that began already was cut short."""
        outcome, cause = Outcome.SKIPPED, None
        if part.number in self._begun:
            outcome, cause, reason = Outcome.ERROR, Cause.INFRASTRUCTURE, PREVIOUS_FAILED
            self.tell()
            self._emit(OutcomeReported(time(), part.number, outcome, CUT_SHORT, CUT_SHORT, cause))
        else:
            self.begin(part)
            self._emit(OutcomeReported(time(), part.number, outcome, reason))
        self.skip_inside(part, reason)
        self.end(part, outcome, cause)

    def skip_inside(self, flow: Part, reason: str) -> None:
        """Skip what is in a flow, but for what ended already."""
        for part in flow.parts:
            if part.number not in self._ended:
                self.skip(part, reason)
        self.tell()


def skip_flow(
    test: PlannedTest,
    emit: Callable[..., None],
    reason: str | None,
    *,
    begun: Mapping[int, float] | None = None,
    ended: Iterable[int] = (),
) -> None:
    """End what did not end of a flow that does not run, or no longer; nothing for what is no flow.

    Args:
        test: the flow.
        emit: takes the events.
        reason: why those that have not begun are skipped; None where an earlier part is to blame.
        begun: when those began that did, by number.
        ended: the numbers of those that ended.
    """
    if isinstance(test, PlannedFlow):
        stage = Stage(test, emit, "", begun=begun, ended=ended)
        stage.skip_inside(test.parts, reason or PREVIOUS_FAILED)
