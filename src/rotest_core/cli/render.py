"""``rotest render``: make reports from the event log of an earlier run."""

from __future__ import annotations

import os
import sys
from collections import Counter, deque
from itertools import chain
from typing import TYPE_CHECKING

from rotest_core.cli.color import use_color
from rotest_core.cli.command import load_plugins_for, settings_from
from rotest_core.cli.parser import add_option
from rotest_core.cli.render_sources import Source, find_source
from rotest_core.config.options import OPTIONS
from rotest_core.errors import EXIT_INFRASTRUCTURE, EXIT_PASSED, UsageError
from rotest_core.events import ArtifactWritten, Event, FailureClassified, HandlerFailed
from rotest_core.execution.handler_context import RunHandlerContext
from rotest_core.execution.journal import FILE_NAME
from rotest_core.execution.rendering import LogProblem, render
from rotest_core.session import Session

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from rotest_core.config.settings import Settings
    from rotest_core.plugin.loader import Plugins
    from rotest_core.plugin.protocols.handler import OutputHandler

MOST_PROBLEMS = 20
"""How many lines of a log are told that could not be read."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "logs",
        nargs="*",
        metavar="LOG",
        help=f"a run's directory, its {FILE_NAME}, or a run of the results store by its id or name; the newest "
        "run if it is left out; "
        "of several, which are shards, retries or the same tests elsewhere, one run is made",
    )
    parser.add_argument(
        "--apart",
        action="store_true",
        help="show each of several logs as a group of its own, instead of as further attempts of the same tests",
    )
    add_option(parser, OPTIONS["run.outputs"])
    parser.add_argument(
        "--directory",
        metavar="DIR",
        help="where reports are written; if left out, beside the log, and for several logs "
        "merged in the directory of all runs",
    )


def execute(arguments: argparse.Namespace) -> int:
    """Show the run, or write its reports; the status says whether that could be done, not how the tests fared."""
    settings = settings_from(arguments)
    plugins = load_plugins_for(settings)
    with Session(settings, plugins) as session:
        return _render(arguments, session, plugins)


def _render(arguments: argparse.Namespace, session: Session, plugins: Plugins) -> int:
    settings = session.settings
    given: list[str] = arguments.logs
    # A run that is named twice, as by `latest`, is one run.
    sources = {source.name: source for source in (find_source(word, session) for word in given or [""])}
    logs = list(sources.values())
    problems = _Problems()
    past = _past(logs, problems, apart=arguments.apart)
    first = next(past, None)
    problems.check_found(first is not None, list(sources))
    directory: str = arguments.directory or _place(logs, settings)
    os.makedirs(directory, exist_ok=True)
    written: deque[Event] = deque()
    handlers = _make_handlers(session, plugins, directory, written)
    failed: list[str] = []

    def on_failure(name: str, error: Exception) -> None:
        failed.append(f"output {name!r} failed: {type(error).__name__}: {error}")

    # What the handlers of then wrote, and which failed, says nothing of those of now.
    outdated: tuple[type[Event], ...] = (ArtifactWritten, HandlerFailed)
    if "signature" in settings.run.outputs:
        outdated += (FailureClassified,)

    def events() -> Iterator[Event]:
        for event in chain([first] if first is not None else [], past):
            if not isinstance(event, outdated):
                yield event
            while written:
                yield written.popleft()

    render(events(), handlers, on_failure=on_failure)
    problems.close()
    for line in failed:
        print(f"rotest: {line}", file=sys.stderr)
    return EXIT_INFRASTRUCTURE if failed else EXIT_PASSED


class _Problems:
    """Tell what could not be read of logs, up to a bound for each: somebody may have named another file altogether."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def tell(self, problem: LogProblem) -> None:
        """Print a problem, if there were not too many yet."""
        self._counts[problem.path] += 1
        if self._counts[problem.path] <= MOST_PROBLEMS:
            print(f"rotest: {problem}", file=sys.stderr)

    def check_found(self, found: bool, logs: Sequence[str]) -> None:
        """Refuse logs without a single event.

        Raises:
            UsageError: there is no event in them.
        """
        if not found:
            self.close()
            raise UsageError(
                f"{', '.join(logs)}: no event was found in there; is it the {FILE_NAME} of a run?"
            )

    def close(self) -> None:
        """Say how many problems were not told."""
        for path, count in self._counts.items():
            if count > MOST_PROBLEMS:
                print(f"rotest: {path}: {count - MOST_PROBLEMS} more lines were left out", file=sys.stderr)
        self._counts.clear()


def _past(logs: Sequence[Source], problems: _Problems, *, apart: bool) -> Iterator[Event]:
    if len(logs) == 1:
        return logs[0].read(on_problem=problems.tell)
    from rotest_core.execution.merging import merge

    return merge([log.read for log in logs], on_problem=problems.tell, apart=apart)


def _place(logs: Sequence[Source], settings: Settings) -> str:
    if len(logs) == 1:
        return logs[0].directory
    return os.path.join(settings.run.work_dir, "merged")


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
