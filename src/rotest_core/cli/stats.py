"""``rotest stats``: the figures of a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_core.cli.results_words import (
    TEST_HELP,
    add_json,
    as_plain,
    find_test,
    opened,
    percent,
    print_json,
    print_table,
    seconds,
)
from rotest_core.results.statistics import STEADY, duration_statistics, statistics_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from rotest_core.plugin.protocols.results import StoredMeasurement, StoredTest
    from rotest_core.results.statistics import DurationStatistics


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("test", metavar="TEST", help=TEST_HELP)
    parser.add_argument("--name", default="", metavar="NAME", help="only runs of just this name")
    parser.add_argument(
        "--last", type=int, default=0, metavar="N", help="the newest N results; all without it"
    )
    add_json(parser)


def execute(arguments: argparse.Namespace) -> int:
    """Print the figures of a test: how often it passed, how long it takes, and what it measured."""
    with opened(arguments) as (session, store):
        test = find_test(store, arguments.test)
        last = max(0, arguments.last)
        figures = statistics_of(test, store.history([test], limit=last, name=arguments.name))
        measured = _measurements(store.measured(test, limit=last))
        if arguments.json:
            print_json({**as_plain(figures), "pass_rate": figures.pass_rate, "measurements": measured})
            return 0
        print(test)
        pairs = {
            "results": str(figures.count),
            "passed": f"{figures.passed} ({percent(figures.pass_rate)})" if figures.count else "0",
            "at a retry": str(figures.flaky) if figures.flaky else "",
            "changes": f"{figures.changes} between good and bad" if figures.changes else "",
            "skipped": str(figures.skipped) if figures.skipped else "",
            **(_durations(figures.durations) if figures.durations else {}),
        }
        for key, text in pairs.items():
            if text:
                print(f"{key:10}  {text}")
        if measured:
            print()
            headings = ["MEASUREMENT", "COUNT", "MIN", "MEDIAN", "P95", "MAX", "UNIT"]
            print_table(session, headings, [_row(name, found) for name, found in measured.items()])
    return 0


def _durations(figures: DurationStatistics) -> dict[str, str]:
    aside = figures.outliers
    return {
        "took": f"median {seconds(figures.median)}, mean {seconds(figures.mean)}, 95 % within {seconds(figures.p95)}",
        "from - to": f"{seconds(figures.minimum)} - {seconds(figures.maximum)}",
        "put aside": f"{len(aside)}, the longest took {seconds(aside[0])}" if aside else "",
        "trend": trend(figures.trend),
    }


def trend(part: float | None) -> str:
    """Say in words where durations tend to."""
    if part is None:
        return ""
    if abs(part) < STEADY:
        return "steady"
    return f"{percent(abs(part))} {'slower' if part > 0 else 'faster'} than at first"


def _measurements(found: Sequence[tuple[StoredTest, StoredMeasurement]]) -> dict[str, dict[str, object]]:
    values: dict[str, list[float]] = {}
    units: dict[str, str] = {}
    for _, measurement in found:
        if isinstance(measurement.value, int | float) and not isinstance(measurement.value, bool):
            values.setdefault(measurement.name, []).append(float(measurement.value))
            units[measurement.name] = measurement.unit
    return {
        name: {
            "count": len(taken),
            "minimum": min(taken),
            "median": duration_statistics(taken).median,
            "p95": duration_statistics(taken).p95,
            "maximum": max(taken),
            "unit": units[name],
        }
        for name, taken in values.items()
    }


def _row(name: str, found: dict[str, object]) -> list[str]:
    numbers = (f"{found[key]:.6g}" for key in ("minimum", "median", "p95", "maximum"))
    return [name, str(found["count"]), *numbers, str(found["unit"])]
