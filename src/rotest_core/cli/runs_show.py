"""``rotest runs show``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_core.cli.results_words import (
    RUN_HELP,
    TEST_HELP,
    add_json,
    counted,
    find_run,
    outcome_of,
    print_json,
    print_table,
    seconds,
    verdict,
    when,
)
from rotest_core.errors import UsageError, did_you_mean
from rotest_core.results.comparing import is_good

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from rotest_core.plugin.protocols.results import ResultsStore, StoredMeasurement, StoredRun, StoredTest
    from rotest_core.session import Session


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``show``."""
    parser.add_argument(
        "run", metavar="RUN", nargs="?", default="latest", help=f"{RUN_HELP} (default: latest)"
    )
    parser.add_argument("--all", action="store_true", help="list the tests that went well, too")
    parser.add_argument("--test", metavar="TEST", help=f"show all that is known of {TEST_HELP}")
    add_json(parser)


def execute(arguments: argparse.Namespace, session: Session, store: ResultsStore) -> int:
    """Print a run and its tests, or all of one test of it."""
    run = find_run(store, arguments.run)
    tests = store.tests(run.id)
    if arguments.test is not None:
        return _show_test(arguments, session, store, _attempts_of(tests, arguments.test))
    if arguments.json:
        print_json({"run": run, "tests": list(tests)})
        return 0
    _print_run(run)
    shown = [
        test for test in tests if test.parent is None and (arguments.all or test.flaky or not is_good(test))
    ]
    if shown:
        print()
        headings = ["TEST", "RESULT", "TOOK", "WAITED", "CAUSE", "SIGNATURE", "WHY"]
        print_table(session, headings, [_row(test) for test in shown])
    return 0


def _attempts_of(tests: Sequence[StoredTest], spelled: str) -> list[StoredTest]:
    ids = list(dict.fromkeys(test.id for test in tests))
    for found in ([each for each in ids if each == spelled], [each for each in ids if spelled in each]):
        if len(found) == 1:
            return [test for test in tests if test.id == found[0]]
        if found:
            raise UsageError(f"{spelled!r} may be {', '.join(found[:10])}: give more of it")
    raise UsageError(f"the run has no test {spelled!r}{did_you_mean(spelled, ids)}")


def _print_run(run: StoredRun) -> None:
    counts = ", ".join(f"{number} {outcome.replace('_', ' ')}" for outcome, number in run.counts.items())
    pairs = {
        "run": run.id,
        "name": run.name,
        "started": when(run.started),
        "took": seconds(run.duration),
        "result": verdict(run),
        "tests": f"{counts or 'none'} of {run.total}",
        "flaky": str(run.flaky) if run.flaky else "",
        "command": " ".join(run.command),
        "directory": run.directory,
        **run.environment,
        "packages": _packages(run),
    }
    pairs = {key: text for key, text in pairs.items() if text}
    width = max(map(len, pairs))
    for key, text in pairs.items():
        print(f"{key:{width}}  {text}")


def _packages(run: StoredRun) -> str:
    """Say how many there are: nobody reads a hundred names in a line."""
    packages = run.environment.get("packages", "")
    return f"{counted(packages.count(', ') + 1, 'package')}; --json names them" if packages else ""


def _row(test: StoredTest) -> list[str]:
    return [
        test.id,
        outcome_of(test),
        seconds(test.duration),
        seconds(test.waited) if test.waited else "",
        str(test.cause or ""),
        test.signature,
        test.summary,
    ]


def _show_test(
    arguments: argparse.Namespace, session: Session, store: ResultsStore, attempts: list[StoredTest]
) -> int:
    pairs = [(test, store.details(test.run, test.number, test.attempt)) for test in attempts]
    if arguments.json:
        print_json([{"test": test, "details": details} for test, details in pairs])
        return 0
    for test, details in pairs:
        again = f", attempt {test.attempt}" if len(pairs) > 1 else ""
        print(f"{test.id}: {outcome_of(test)} in {seconds(test.duration)}{again}")
        if test.log:
            print(f"log: {test.log}")
        for report in details.reports:
            print(f"\n{report.text.rstrip()}")
        checked = details.passed_expectations + details.failed_expectations
        if checked:
            print(f"\n{details.passed_expectations} of {checked} expectations held")
        if details.measurements:
            print()
            headings = ["MEASUREMENT", "VALUE", "LOW", "HIGH", "VERDICT"]
            print_table(session, headings, [_measured(each) for each in details.measurements])
        if details.resources:
            print()
            rows = [
                [f"{use.type}/{use.name}", seconds(use.held), seconds(use.waited), use.reason, use.error]
                for use in details.resources
            ]
            print_table(session, ["RESOURCE", "HELD", "WAITED", "FOR", "ERROR"], rows)
        print()
    return 0


def _measured(measurement: StoredMeasurement) -> list[str]:
    unit = f" {measurement.unit}" if measurement.unit else ""
    limits = ["" if limit is None else f"{limit:g}{unit}" for limit in (measurement.low, measurement.high)]
    return [measurement.name, f"{measurement.value}{unit}", *limits, measurement.verdict]
