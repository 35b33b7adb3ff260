"""``rotest render``: make reports from the event log of an earlier run."""

from __future__ import annotations

import os
import sys
from collections import deque
from typing import TYPE_CHECKING

from rotest_core.cli.color import use_color
from rotest_core.cli.command import load_plugins_for, settings_from
from rotest_core.cli.parser import add_option
from rotest_core.config.options import OPTIONS
from rotest_core.errors import EXIT_INFRASTRUCTURE, EXIT_PASSED, UsageError
from rotest_core.events import ArtifactWritten, Event, FailureClassified, HandlerFailed
from rotest_core.execution.handler_context import RunHandlerContext
from rotest_core.execution.journal import FILE_NAME
from rotest_core.execution.rendering import LogProblem, read_events, render
from rotest_core.session import Session

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from rotest_core.config.settings import Settings
    from rotest_core.plugin.loader import Plugins
    from rotest_core.plugin.protocols.handler import OutputHandler


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "log",
        nargs="?",
        metavar="LOG",
        help=f"a run's directory, or its {FILE_NAME}; the newest run if it is left out",
    )
    add_option(parser, OPTIONS["run.outputs"])
    parser.add_argument(
        "--directory", metavar="DIR", help="where reports are written; that of the log if left out"
    )


def execute(arguments: argparse.Namespace) -> int:
    """Show the run, or write its reports; the status says whether that could be done, not how the tests fared."""
    settings = settings_from(arguments)
    log = _find_log(arguments.log, settings)
    directory: str = arguments.directory or os.path.dirname(log)
    os.makedirs(directory, exist_ok=True)
    written: deque[Event] = deque()
    plugins = load_plugins_for(settings)
    session = Session(settings, plugins)
    handlers = _make_handlers(session, plugins, directory, written)
    failed: list[str] = []

    def on_failure(name: str, error: Exception) -> None:
        failed.append(f"output {name!r} failed: {type(error).__name__}: {error}")

    def on_problem(problem: LogProblem) -> None:
        print(f"rotest: {problem}", file=sys.stderr)

    # What the handlers of then wrote, and which failed, says nothing of those of now.
    outdated: tuple[type[Event], ...] = (ArtifactWritten, HandlerFailed)
    if "signature" in settings.run.outputs:
        outdated += (FailureClassified,)

    def events() -> Iterator[Event]:
        for event in read_events(log, on_problem=on_problem):
            if not isinstance(event, outdated):
                yield event
            while written:
                yield written.popleft()

    with session:
        render(events(), handlers, on_failure=on_failure)
    for line in failed:
        print(f"rotest: {line}", file=sys.stderr)
    return EXIT_INFRASTRUCTURE if failed else EXIT_PASSED


def _find_log(given: str | None, settings: Settings) -> str:
    path = given or os.path.join(settings.run.work_dir, "runs", "latest")
    if os.path.isdir(path):
        path = os.path.join(path, FILE_NAME)
    if not os.path.exists(path):
        where = "there is no such log" if given else "no run has left a log yet"
        raise UsageError(f"{path}: {where}")
    return os.path.realpath(path)


def _make_handlers(
    session: Session, plugins: Plugins, directory: str, written: deque[Event]
) -> list[tuple[str, OutputHandler]]:
    settings, catalogue = session.settings, plugins.catalogues.outputs
    chosen = tuple(plugins.catalogues.in_order(settings.run.outputs))
    makers = [(name, catalogue.get(name)) for name in chosen]
    return [
        (
            name,
            make(
                RunHandlerContext(
                    settings.context(f"outputs.{name}", name),
                    stream=sys.stdout,
                    color=use_color(settings.terminal.color, sys.stdout),
                    verbosity=settings.terminal.verbosity,
                    directory=directory,
                    chosen=chosen,
                    emit=written.append,
                    open_results=session.open_results,
                )
            ),
        )
        for name, make in makers
    ]
