"""``rotest run``: run tests; also what ``python test_file.py`` does through `main`."""

from __future__ import annotations

import gc
import os
import sys

from rotest_core.cli.color import use_color
from rotest_core.cli.command import load_plugins_for, settings_from
from rotest_core.errors import EXIT_INTERRUPTED, EXIT_NOTHING_MATCHED, EXIT_PASSED, UsageError
from rotest_core.execution.interrupts import Interrupts
from rotest_core.scheduling.staffing import executor_name, shard_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import NoReturn

    from rotest_core.config.settings import Settings
    from rotest_core.planning.plan import Plan
    from rotest_core.plugin.loader import Plugins


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    from rotest_core.cli.parser import add_run_options

    add_run_options(parser)


def execute(arguments: argparse.Namespace) -> int:
    """Run, or list, what the configuration asks for."""
    with Interrupts() as interrupts:
        settings = settings_from(arguments)
        if settings.run.list:
            from rotest_core.cli.recall import remember

            remember(arguments.words, settings)
        # It rests since the command began, where that is a program of its own.
        return _run(settings, settings.run.paths, (), interrupts, own=not gc.isenabled())


def main(*classes: type) -> NoReturn:
    """Run tests and leave the program with the exit status, as ``python test_file.py`` should.

    The command line is that of ``rotest run``, but for paths.

    Args:
        classes: cases, flows and suites to run; all that the calling program defines when there are none.
    """
    from rotest_core.cli.app import guarded

    sys.exit(guarded(lambda: _run_program(classes)))


def _run_program(classes: Sequence[type]) -> int:
    from rotest_core.cli.parser import make_parser

    parser = make_parser("run", "run the tests of this file")
    parser.prog = os.path.basename(sys.argv[0])
    configure(parser)
    try:
        arguments = parser.parse(sys.argv[1:])
    except SystemExit:  # the help was asked for, and printed
        return 0
    if getattr(arguments, "run.paths", None):
        raise UsageError("this runs the tests of the file itself; choose among them with -f")
    with Interrupts() as interrupts:
        return _run(settings_from(arguments), () if classes else (_program(),), classes, interrupts)


def _program() -> str:
    file = getattr(sys.modules["__main__"], "__file__", None)
    if not isinstance(file, str):
        raise UsageError(
            "main() without classes runs the tests of a program's file, and this program has none"
        )
    return os.path.abspath(file)


def _run(
    settings: Settings,
    paths: Sequence[str],
    classes: Sequence[type],
    interrupts: Interrupts,
    *,
    own: bool = False,
) -> int:
    """Run or list tests; in a process of Rotest's own, garbage is collected from the moment tests are imported."""
    run = settings.run
    if run.list:
        from rotest_core.planning.listing import list_tests

        return list_tests(
            paths,
            root=settings.root,
            stream=sys.stdout,
            work_dir=run.work_dir,
            exclude=run.exclude,
            filter=run.filter,
            classes=classes,
            color=use_color(settings.terminal.color, sys.stdout),
        )
    from rotest_core.planning.lean_unittest import import_unittest

    import_unittest()
    from rotest_core.planning.plan import make_plan

    plugins = load_plugins_for(settings)
    _check_outputs(settings, plugins)
    if own:
        gc.enable()
    plan = make_plan(
        paths,
        root=settings.root,
        exclude=run.exclude,
        filter=run.filter,
        order=run.order,
        overrides=run.resources,
        classes=classes,
        config=settings.config,
    )
    if not plan.tests:
        left_out = f": the filter {run.filter!r} leaves out all {len(plan.left_out)}" if plan.left_out else ""
        print(f"rotest: no tests were found{left_out}", file=sys.stderr)
        return EXIT_NOTHING_MATCHED
    if run.shard:
        from rotest_core.scheduling.durations import Durations
        from rotest_core.scheduling.sharding import keep_shard
        from rotest_core.session import kept_durations

        keep_shard(plan, run.shard, Durations(run.work_dir, kept_durations(settings, plugins)))
        if not plan.tests:
            print(f"rotest: there are too few tests: shard {run.shard} has none", file=sys.stderr)
            return EXIT_PASSED
    if own:
        # What was loaded until now stays to the end: to look through it again and again would slow the tests down.
        gc.freeze()
    return _carry_out(settings, plugins, plan, interrupts)


def _check_outputs(settings: Settings, plugins: Plugins) -> None:
    """Refuse names that nothing supplies before anything is imported for the sake of tests."""
    for name in settings.run.outputs:
        plugins.catalogues.outputs.get(name)
    plugins.catalogues.executors.get(executor_name(settings))
    if settings.run.monitors:
        from rotest_core.execution.monitors import check_monitors

        check_monitors(settings, plugins)
    if settings.run.shard:
        shard_of(settings.run.shard)
    if settings.run.delta or settings.retry.times:
        from rotest_core.scheduling.retry import policy_of

        policy_of(settings)


def _carry_out(settings: Settings, plugins: Plugins, plan: Plan, interrupts: Interrupts) -> int:
    from rotest_core.session import run_plan

    color = use_color(settings.terminal.color, sys.stdout)
    end = run_plan(settings, plugins, plan, interrupts, stream=sys.stdout, color=color)
    for problem in end.problems:
        print(f"rotest: {problem}", file=sys.stderr)
    if interrupts.leaving:
        # At once: threads that the tests left behind would hold the interpreter up.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(EXIT_INTERRUPTED)
    return end.status
