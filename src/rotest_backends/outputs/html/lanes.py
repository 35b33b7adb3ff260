"""Say for each test when it ran, on which worker, and when it had or awaited which resource: the timeline's data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_backends.outputs.html.equipment import belongs, lease_end
from rotest_backends.outputs.html.markup import number, sane

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rotest_backends.outputs.html.gathering import Story
    from rotest_core.events import ResourceLeased

MOST = 500
"""How many lanes of a kind a timeline has; what else there was is counted together."""
STEP_MARKS = {"connect": "c", "validate": "v", "initialize": "i", "store_state": "s", "finalize": "f"}


class Lane:
    """Add up what one worker or one resource did.

    Attributes:
        label: what it is called.
        uses: how many tests it ran, or how often it was leased.
        busy: for how many seconds.
        waited: for how many seconds tests waited for it.
    """

    __slots__ = ("busy", "label", "uses", "waited")

    def __init__(self, label: str) -> None:
        self.label = label
        self.uses = 0
        self.busy = 0.0
        self.waited = 0.0


class Lanes:
    """Number workers and resources as they come, and add up what they did.

    Attributes:
        start: when the run began; times are written from there.
        workers: the workers, in the order in which they came.
        resources: the resources that were leased, likewise.
    """

    def __init__(self) -> None:
        self.start = 0.0
        self.workers: list[Lane] = []
        self.resources: list[Lane] = []
        self._numbers: dict[tuple[bool, str, str], int] = {}

    def times(self, story: Story) -> str:
        """Return start, seconds and worker of a test, with commas between."""
        report = story.report
        duration = sane(report.duration)
        number_of_worker = self._lane(self.workers, "worker", report.started.worker, duration)
        return f"{number(sane(report.started.time - self.start))},{number(duration)},{number_of_worker}"

    def spans(self, story: Story) -> str:
        """Return what a test had and awaited, as ``u0,START,SECONDS;...`` with the number of the resource.

        ``u`` stands for having a lease, ``w`` for waiting for it, the marks of `STEP_MARKS` for life cycle steps.
        """
        return ";".join(self._spans(story)) if story.leases or story.waits else ""

    def _spans(self, story: Story) -> Iterator[str]:
        for lease in story.leases:
            held, waited = sane(lease_end(story, lease) - lease.time), sane(lease.waited)
            lane = self._lane(self.resources, lease.type, lease.name, held, waited)
            if waited >= 0.001:
                yield self._span("w", lane, lease.time - waited, waited)
            yield self._span("u", lane, lease.time, held)
            yield from self._steps(story, lease, lane)
        if story.waits and not story.leases:
            finished = story.report.finished
            waited = sane(finished.time - story.waits[0].time) if finished is not None else 0.0
            yield self._span("w", "", story.waits[0].time, waited)

    def _steps(self, story: Story, lease: ResourceLeased, lane: int | str) -> Iterator[str]:
        for step in story.steps:
            mark = STEP_MARKS.get(step.step)
            # Steps of parts lie within those of their whole.
            if mark and belongs(step, lease.name) and sane(step.duration) >= 0.001:
                yield self._span(mark, lane, step.time - step.duration, step.duration)

    def _span(self, mark: str, lane: int | str, start: float, duration: float) -> str:
        return f"{mark}{lane},{number(sane(start - self.start))},{number(sane(duration))}"

    def _lane(self, lanes: list[Lane], kind: str, name: str, busy: float, waited: float = 0.0) -> int:
        key = (lanes is self.workers, kind, name)
        known = self._numbers.get(key)
        if known is None:
            if len(lanes) < MOST:
                self._numbers[key] = known = len(lanes)
                lanes.append(Lane(f"{kind} {name}" if lanes is self.resources else name or "this process"))
            else:
                known = MOST
                if len(lanes) == MOST:
                    lanes.append(Lane("all others"))
        lane = lanes[known]
        lane.uses += 1
        lane.busy += busy
        lane.waited += waited
        return known
