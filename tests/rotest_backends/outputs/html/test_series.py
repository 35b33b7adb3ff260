"""Series stay small, and peaks stay in them."""

from __future__ import annotations

from rotest_backends.outputs.html.plots import path_of, plots
from rotest_backends.outputs.html.series import SPANS, Collection, Series
from rotest_core.events import SampleTaken


def series(values: list[float], *, each_test: int = 10**9) -> Series:
    made = Series("x", "V")
    for number, value in enumerate(values):
        made.add(float(number), value, number // each_test)
    return made


def clock(time: float) -> str:
    return f"{time:.1f}"


def test_few_samples_are_kept_as_they_are() -> None:
    made = series([3.0, 1.0, 2.0])
    assert [(span.start, span.low, span.high) for span in made.spans] == [
        (0.0, 3.0, 3.0),
        (1.0, 1.0, 1.0),
        (2.0, 2.0, 2.0),
    ]
    assert path_of(made, 0.0, 2.0) == "M0 0h0L500 100L1000 50"


def test_many_samples_are_thinned_out_and_peaks_stay() -> None:
    values = [0.0] * 100_000
    values[34_567] = 9.0
    made = series(values)
    assert len(made.spans) <= SPANS
    assert (made.count, made.low, made.high) == (100_000, 0.0, 9.0)
    [peak] = [span for span in made.spans if span.high == 9.0]
    assert peak.start <= 34_567 <= peak.end
    assert made.spans[-1].end == 99_999.0


def test_a_line_has_a_gap_from_one_test_to_the_next() -> None:
    assert path_of(series([1.0, 2.0, 1.0, 2.0], each_test=2), 0.0, 3.0).count("M") == 2
    # Also where they were thinned out, as long as there is room for the gaps.
    assert path_of(series([1.0, 2.0] * 500, each_test=100), 0.0, 1000.0).count("M") == 10
    assert len(series([1.0, 2.0] * 500, each_test=1).spans) <= SPANS


def test_what_is_no_number_is_counted_and_not_drawn() -> None:
    made = series([float("nan"), 1.0, float("inf"), -float("inf")])
    assert (made.count, made.low, made.high, len(made.spans)) == (4, 1.0, 1.0, 1)
    assert path_of(made, 0.0, 3.0) == "M333.3 50h0"


def sample(time: float, name: str, value: float, test: int) -> SampleTaken:
    return SampleTaken(time, test, name, value, "V")


def test_what_workers_take_one_after_the_other_is_one_series() -> None:
    collection = Collection(5)
    for time, worker, test in ((0, "w1", 1), (1, "w1", 1), (2, "w2", 2), (3, "w2", 2), (4, "w1", 3)):
        collection.add(sample(time, "board", time, test), worker)
    [one] = collection.all()
    assert (one.label, one.count, one.low, one.high) == ("board", 5, 0, 4)
    assert [span.start for span in one.spans] == [0, 1, 2, 3, 4]


def test_what_workers_take_at_the_same_time_is_a_series_each() -> None:
    collection = Collection(5)
    for time, worker, test in ((0, "w1", 1), (1, "w2", 2), (2, "w1", 1), (3, "w2", 2)):
        collection.add(sample(time, "memory", time, test), worker)
    assert [one.label for one in collection.all()] == ["memory · w1", "memory · w2"]


def test_there_are_so_many_series_and_no_more() -> None:
    collection = Collection(2)
    for name in ("a", "b", "c", "d", "c"):
        collection.add(sample(0.0, name, 1.0, 1))
    assert [one.label for one in collection.all()] == ["a", "b"]
    assert collection.left_out == 2
    assert "2 more series were left out" in plots(collection.all(), 2, 0.0, 1.0, clock)


def test_a_picture_says_in_words_what_it_shows() -> None:
    made = plots([series([1.0, 2.5])], 0, 0.0, 1.0, clock)
    assert 'aria-label="x: 2 samples from 1 to 2.5 V"' in made
