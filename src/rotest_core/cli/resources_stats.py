"""``rotest resources stats``: what the results say of a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_core.cli.results_words import (
    add_json,
    as_plain,
    counted,
    percent,
    print_json,
    print_table,
    seconds,
)
from rotest_core.errors import UsageError, did_you_mean
from rotest_core.results.recovery import settle
from rotest_core.results.units import unit_statistics

if TYPE_CHECKING:
    import argparse

    from rotest_core.plugin.protocols.results import ResultsStore
    from rotest_core.results.units import TestOnUnit
    from rotest_core.session import Session

_LAST = 20


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``stats``."""
    parser.add_argument(
        "name", metavar="NAME", help="NAME, or TYPE/NAME where several types have a record of that name"
    )
    parser.add_argument(
        "--last", type=int, default=_LAST, metavar="N", help=f"how many tests, 0 for all (default: {_LAST})"
    )
    add_json(parser)


def execute(arguments: argparse.Namespace, session: Session) -> int:
    """Print how much a record was used, and where tests fail on it more often than on others."""
    store = session.open_results()
    settle(store)
    kind, name = _find(store, arguments.name)
    figures = unit_statistics(kind, name, store.unit_tally(kind, name))
    if arguments.json:
        values = {
            **as_plain(figures),
            "failure_rate": figures.failure_rate,
            "elsewhere_rate": figures.elsewhere_rate,
        }
        print_json(values)
        return 0
    print(f"{kind}/{name}")
    pairs = {
        "used": f"{counted(figures.uses, 'time')} by {counted(len(figures.tests), 'test')}, "
        f"{seconds(figures.held)} in all",
        "waited for": f"{seconds(figures.waited)} in all, {seconds(figures.longest_wait)} at most"
        if figures.waited
        else "",
        "failed": f"{counted(figures.failed, 'time')} ({percent(figures.failure_rate)}), "
        f"{figures.infrastructure} of them laid to the infrastructure",
        "elsewhere": f"{percent(figures.elsewhere_rate)} of the same tests' {figures.elsewhere} uses of others fail"
        if figures.elsewhere
        else "these tests had no other",
        "its steps": f"{figures.errors} failed" if figures.errors else "",
    }
    for key, text in pairs.items():
        if text:
            print(f"{key:10}  {text}")
    shown = [test for test in figures.tests if test.failed][: max(0, arguments.last) or None]
    if shown:
        print()
        headings = ["TEST", "USES", "FAILED HERE", "ELSEWHERE", "MORE OFTEN BY"]
        print_table(session, headings, [_row(test) for test in shown])
    return 0


def _find(store: ResultsStore, spelled: str) -> tuple[str, str]:
    units = store.units()
    found = [unit for unit in units if spelled in (unit[1], "/".join(unit))]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{spelled!r} may be {' or '.join(map('/'.join, found))}: give the type as well")
    known = [text for unit in units for text in (unit[1], "/".join(unit))]
    raise UsageError(f"no result tells of a resource {spelled!r}{did_you_mean(spelled, known)}")


def _row(test: TestOnUnit) -> list[str]:
    elsewhere = f"{percent(test.elsewhere_rate)} of {test.elsewhere}" if test.elsewhere else ""
    more = test.failure_rate - test.elsewhere_rate
    return [
        test.test,
        str(test.uses),
        f"{test.failed} ({percent(test.failure_rate)})",
        elsewhere,
        f"{100 * more:.0f} points" if test.elsewhere and more > 0 else "",
    ]
