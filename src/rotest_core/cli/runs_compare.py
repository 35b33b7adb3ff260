"""``rotest runs compare``."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rotest_core.cli.results_words import (
    RUN_HELP,
    add_json,
    find_run,
    outcome_of,
    print_json,
    print_table,
    seconds,
    short,
    verdict,
    when,
)
from rotest_core.results.comparing import Change, compare

if TYPE_CHECKING:
    import argparse

    from rotest_core.plugin.protocols.results import ResultsStore, StoredRun, StoredTest
    from rotest_core.results.comparing import Difference
    from rotest_core.session import Session


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``compare``."""
    parser.add_argument("before", metavar="BEFORE", help=RUN_HELP)
    parser.add_argument(
        "after", metavar="AFTER", nargs="?", default="latest", help=f"{RUN_HELP} (default: latest)"
    )
    add_json(parser)


def execute(arguments: argparse.Namespace, session: Session, store: ResultsStore) -> int:
    """Print what differs between two runs."""
    before, after = find_run(store, arguments.before), find_run(store, arguments.after)
    found = compare(store.tests(before.id), store.tests(after.id))
    if arguments.json:
        print_json(
            {
                "before": before,
                "after": after,
                "differences": found,
                "environment": _environment(before, after),
            }
        )
        return 0
    for title, run in (("before", before), ("after", after)):
        name = f" {run.name}" if run.name else ""
        print(
            f"{title:6}  {short(run)}{name}, {when(run.started)}, {verdict(run)} in {seconds(run.duration)}"
        )
    for key, (old, new) in _environment(before, after).items():
        print(f"{key}: {old or '-'} -> {new or '-'}")
    counts = Counter(difference.change for difference in found)
    print("; ".join(f"{counts[change]} {change}" for change in Change if counts[change]) or "no tests")
    different = [difference for difference in found if difference.change is not Change.SAME]
    if different:
        print()
        headings = ["CHANGE", "TEST", "BEFORE", "AFTER", "TOOK BEFORE", "AFTER", "WHY"]
        print_table(session, headings, [_row(difference) for difference in different])
    return 0


def _environment(before: StoredRun, after: StoredRun) -> dict[str, tuple[str, str]]:
    """Return what was different around the runs."""
    keys = dict.fromkeys((*before.environment, *after.environment))
    pairs = {key: (before.environment.get(key, ""), after.environment.get(key, "")) for key in keys}
    different = {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}
    old, new = (set(text.split(", ")) for text in different.get("packages", ("", "")))
    if old != new:
        different["packages"] = (_listed(old - new), _listed(new - old))
    return different


def _listed(packages: set[str]) -> str:
    return ", ".join(sorted(packages, key=str.casefold))


def _row(difference: Difference) -> list[str]:
    before, after = difference.before, difference.after
    return [
        str(difference.change),
        difference.id,
        _outcome(before),
        _outcome(after),
        seconds(before.duration) if before else "",
        seconds(after.duration) if after else "",
        after.summary if after else "",
    ]


def _outcome(test: StoredTest | None) -> str:
    return outcome_of(test) if test else ""
