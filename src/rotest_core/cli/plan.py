"""``rotest plan``: what would be run, with which resources, how long it is expected to take, and when."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rotest_core.cli.color import use_color
from rotest_core.cli.command import load_plugins_for, settings_from
from rotest_core.cli.parser import add_run_options
from rotest_core.cli.table import table
from rotest_core.errors import EXIT_INFRASTRUCTURE, EXIT_NOTHING_MATCHED, EXIT_PASSED, EXIT_USAGE
from rotest_core.scheduling.durations import Durations
from rotest_core.scheduling.staffing import wanted_workers

if TYPE_CHECKING:
    import argparse

    from rotest_core.config.settings import Settings
    from rotest_core.planning.plan import Plan
    from rotest_core.planning.prospects import TestProspects
    from rotest_core.scheduling.timetable import Timetable


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_run_options(parser)
    parser.add_argument("--json", action="store_true", help="print JSON for programs")
    parser.add_argument(
        "--schedule", action="store_true", help="show which worker would run what when, and with what"
    )


def execute(arguments: argparse.Namespace) -> int:
    """Print the tests of a plan, or its timetable."""
    settings = settings_from(arguments)
    workers = wanted_workers(settings)
    problems: list[str] = []
    plan = _plan(settings, None if arguments.schedule else problems)
    if not plan.tests:
        print("rotest: no tests were found", file=sys.stderr)
        return EXIT_NOTHING_MATCHED
    if arguments.schedule:
        _print_timetable(settings, _timetable(settings, plan, workers), workers)
        return EXIT_PASSED
    from rotest_core.cli.plan_show import print_json, print_table

    found = _prospects(settings, plan)
    durations = _durations(settings)
    if arguments.json:
        print_json(plan, found, problems, durations)
    else:
        print_table(settings, plan, found, problems, durations)
    if problems:
        return EXIT_USAGE
    hopeless = any(test.problem or any(one.problem for one in test.requests) for test in found)
    return EXIT_INFRASTRUCTURE if hopeless else EXIT_PASSED


def _plan(settings: Settings, problems: list[str] | None) -> Plan:
    from rotest_core.planning.plan import make_plan
    from rotest_core.scheduling.sharding import keep_shard

    run = settings.run
    plan = make_plan(
        run.paths,
        root=settings.root,
        exclude=run.exclude,
        filter=run.filter,
        order=run.order,
        overrides=run.resources,
        config=settings.config,
        problems=problems,
    )
    if run.shard:
        keep_shard(plan, run.shard, _durations(settings))
    return plan


def _durations(settings: Settings) -> Durations:
    from rotest_core.session import kept_durations

    elsewhere = kept_durations(settings, load_plugins_for(settings))
    return Durations(settings.run.work_dir, elsewhere)


def _prospects(settings: Settings, plan: Plan) -> list[TestProspects]:
    """Look at what the tests could have; where none asks for anything, at no inventory."""
    from rotest_core.planning.prospects import Prospects, TestProspects, asks

    if not any(asks(test) for test in plan.tests):
        return [TestProspects(test, ()) for test in plan.tests]
    from rotest_core.session import Session

    with Session(settings, load_plugins_for(settings)) as session:
        prospects = Prospects(session.inventory, session.strategy.status().held)
        return [prospects.of(test) for test in plan.tests]


def _timetable(settings: Settings, plan: Plan, workers: int) -> Timetable:
    from rotest_core.scheduling.precedence import rank
    from rotest_core.scheduling.timetable import Timetables
    from rotest_core.scheduling.work import divide
    from rotest_core.session import Session

    durations = _durations(settings)
    work = divide(plan.tests)
    with Session(settings, load_plugins_for(settings)) as session:
        needs = any(not request.is_service for test in plan.tests for request in test.requests)
        leases = session.open_leases("plan") if needs else None
        rank(work, settings, durations, plan.tests, None if leases is None else leases.candidates)
        return Timetables(leases, durations.expected(plan.tests)).make(work, workers)


def _print_timetable(settings: Settings, found: Timetable, workers: int) -> None:
    rows = [
        (
            f"{slot.start:.3f}",
            f"{slot.duration:.3f}",
            f"w{slot.worker}",
            slot.tests[0] if len(slot.tests) == 1 else f"{slot.tests[0]} and {len(slot.tests) - 1} more",
            ", ".join(slot.records),
        )
        for slot in found.slots
    ]
    heads = ("START", "SECONDS", "WORKER", "TEST", "WITH")
    print(table(heads, rows, color=use_color(settings.terminal.color, sys.stdout)), end="")
    ratio = found.makespan / found.bound if found.bound else 1.0
    print(
        f"\n{found.makespan:.3f} s on {workers} workers by policy {settings.run.policy}; no schedule takes less than "
        f"{found.bound:.3f} s ({found.bottleneck}): {ratio:.2f} times that"
    )
