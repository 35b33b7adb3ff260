"""Keep series of numbers in bounded memory: what is too much is thinned out, and peaks stay."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from rotest_backends.outputs.html.markup import LINE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rotest_core.events import SampleTaken

SPANS = 120
"""How many spans of time a series is kept in at most."""


class Span(NamedTuple):
    """Hold the samples of a short time.

    Args:
        start: when the first was taken.
        end: when the last was taken.
        low: the least of them.
        high: the greatest of them.
        fresh: whether there is a gap before them: those before are of another test.
    """

    start: float
    end: float
    low: float
    high: float
    fresh: bool


class Series:
    """Take the samples of one series.

    Args:
        label: what it is called.
        unit: of its values.

    Attributes:
        count: how many samples there were.
        low, high: the least and the greatest of all.
        spans: the samples, thinned out.
    """

    __slots__ = ("_each", "_in_last", "_test", "count", "high", "label", "low", "spans", "unit")

    def __init__(self, label: str, unit: str) -> None:
        self.label = label
        self.unit = unit
        self.count = 0
        self.low = 0.0
        self.high = 0.0
        self.spans: list[Span] = []
        self._each = 1
        self._in_last = 0
        self._test: int | None = -1

    def add(self, time: float, value: float, test: int | None) -> None:
        """Add a sample; one that is no number, or beyond all numbers, is counted only."""
        self.count += 1
        if not abs(value) < 1e300:
            return
        fresh, self._test = test != self._test, test
        self.low = value if not self.spans else min(self.low, value)
        self.high = value if not self.spans else max(self.high, value)
        if self.spans and self._in_last < self._each and not fresh:
            last = self.spans[-1]
            self.spans[-1] = last._replace(end=time, low=min(last.low, value), high=max(last.high, value))
            self._in_last += 1
            return
        self.spans.append(Span(time, time, value, value, fresh))
        self._in_last = 1
        if len(self.spans) > SPANS:
            self.spans = _thinned(self.spans, SPANS * 3 // 4)
            self._each *= 2
            self._in_last = self._each


class Collection:
    """Take samples by series.

    Args:
        most: how many series are kept; what else there is, is counted.
    """

    __slots__ = ("_known", "_most", "_others")

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[tuple[str, str], Series] = {}
        self._others: set[tuple[str, str]] = set()

    @property
    def left_out(self) -> int:
        """Tell how many series there was no room for."""
        return len(self._others)

    @property
    def least(self) -> int:
        """Estimate in which measure its pictures add to a page; see `Story.least`."""
        return sum(6 + len(series.spans) // 4 for series in self._known.values())

    def add(self, event: SampleTaken, worker: str = "") -> None:
        """Add a sample.

        Args:
            event: the sample.
            worker: who took it.
        """
        key = (event.series[:LINE], worker)
        series = self._known.get(key)
        if series is None:
            if len(self._known) >= self._most:
                if len(self._others) < 1000:
                    self._others.add(key)
                return
            series = self._known[key] = Series(key[0], event.unit[:LINE])
        series.add(event.time, event.value, event.test)

    def all(self) -> tuple[Series, ...]:
        """Return the series that have something to plot, by name; what workers took at the same time, by worker."""
        by_label: dict[str, dict[str, Series]] = {}
        for (label, worker), series in sorted(self._known.items()):
            if series.spans:
                by_label.setdefault(label, {})[worker] = series
        shown: list[Series] = []
        for label, by_worker in by_label.items():
            one = _one(tuple(by_worker.values()))
            if one is not None:
                shown.append(one)
                continue
            for worker, series in by_worker.items():
                series.label = f"{label} · {worker}"
                shown.append(series)
        return tuple(shown)


def _one(alike: Sequence[Series]) -> Series | None:
    """Return what several workers took, one after the other, as one series; None if some did at the same time."""
    if len(alike) == 1:
        return alike[0]
    spans = sorted(
        ((span, place) for place, series in enumerate(alike) for span in series.spans),
        key=lambda taken: taken[0].start,
    )
    if any(before[1] != after[1] and not after[0].fresh for before, after in pairwise(spans)):
        return None
    series = Series(alike[0].label, alike[0].unit)
    series.count = sum(each.count for each in alike)
    series.low, series.high = min(each.low for each in alike), max(each.high for each in alike)
    series.spans = [span for span, _ in spans]
    while len(series.spans) > SPANS:
        series.spans = _thinned(series.spans, SPANS)
    return series


def _thinned(spans: Sequence[Span], wanted: int) -> list[Span]:
    """Put neighbours together: those of one test, and where that leaves more than are wanted, any."""
    thinner = _joined(spans, across=False)
    return thinner if len(thinner) <= wanted else _joined(spans, across=True)


def _joined(spans: Sequence[Span], *, across: bool) -> list[Span]:
    """Put each two neighbours together; those with a gap between them only if that is to be `across` gaps."""
    joined: list[Span] = []
    alone = False
    for span in spans:
        alone = not (alone and (across or not span.fresh))
        if alone:
            joined.append(span)
        else:
            last = joined[-1]
            low, high = min(last.low, span.low), max(last.high, span.high)
            joined[-1] = Span(last.start, span.end, low, high, last.fresh)
    return joined
