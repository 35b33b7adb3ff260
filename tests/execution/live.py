"""Runs the tests of a project in this process, and keeps every event."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import attrs

from rotest_core.config.settings import Settings, load_settings
from rotest_core.events import Event, Outcome, OutcomeReported, TestFinished, TestStarted
from rotest_core.execution.interrupts import Interrupts
from rotest_core.planning.plan import make_plan
from rotest_core.plugin.loader import Plugins, load_plugins
from rotest_core.plugin.protocols.handler import HandlerContext
from rotest_core.scheduling.run import Run, Surroundings
from rotest_core.session import Session
from tests.project import Project

EventT = TypeVar("EventT", bound=Event)


class Recorder:
    """Keep all events; a handler like any other."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.closed = False

    def handle(self, event: Event) -> None:
        self.events.append(event)

    def close(self) -> None:
        self.closed = True


@attrs.frozen
class Lived:
    """What a run was and did."""

    status: int
    events: list[Event]
    problems: tuple[str, ...]
    directory: Path

    def of(self, kind: type[EventT]) -> list[EventT]:
        """Give the events of one type."""
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def names(self) -> list[str]:
        """Give the names of the events' types, but for those that begin and end a run and its groups."""
        frame = ("RunStarted", "RunFinished", "GroupStarted", "GroupFinished")
        return [name for event in self.events if (name := type(event).__name__) not in frame]

    @property
    def outcomes(self) -> dict[str, Outcome]:
        """Give the outcome of each test by its name."""
        names = {event.test: event.name for event in self.of(TestStarted)}
        return {names[event.test]: event.outcome for event in self.of(TestFinished)}

    def reports(self, name: str) -> list[OutcomeReported]:
        """Give what was reported of a test."""
        numbers = {event.test for event in self.of(TestStarted) if event.name == name}
        return [event for event in self.of(OutcomeReported) if event.test in numbers]


def settings_of(project: Project, sets: Sequence[str] = (), **options: object) -> Settings:
    """Load a project's settings; options by their names in ``[run]``, others as ``--set`` has them."""
    arguments = {f"run.{name}": value for name, value in options.items()}
    backends = (
        () if (project.root / "rotest.toml").exists() else ("store.backend=memory", "locks.backend=memory")
    )
    return load_settings(
        start=project.root,
        sets=(*backends, *sets),
        arguments={"run.outputs": "recorder", "run.work_dir": str(project.root / ".rotest"), **arguments},
        environ={},
    )


def run(
    project: Project,
    *paths: str,
    prepare: Callable[[Session], None] = lambda session: None,
    plugins: Plugins | None = None,
    on_failure: Callable[[BaseException], None] | None = None,
    sets: Sequence[str] = (),
    **options: object,
) -> Lived:
    """Run tests of a project.

    Args:
        project: the project.
        paths: what to run.
        prepare: is given the session before the run, to fill the inventory.
        plugins: those installed by default.
        on_failure: as `Surroundings` has it.
        sets: values of ``--set``.
        options: keys of ``[run]``.
    """
    settings = settings_of(project, sets, **options)
    recorder = Recorder()

    def make_recorder(context: HandlerContext) -> Recorder:
        return recorder

    plugins = plugins or load_plugins()
    plugins.catalogues.outputs.add("recorder", make_recorder, owner="tests", summary="")
    sys.path.insert(0, str(project.root))
    plan = make_plan(
        paths,
        root=str(project.root),
        cwd=str(project.root),
        overrides=settings.run.resources,
        config=settings.config,
    )
    with Session(settings, plugins) as session:
        prepare(session)
        around = Surroundings(
            stream=io.StringIO(),
            color=False,
            command=("rotest",),
            open_leases=session.open_leases,
            open_results=session.open_results,
            close_leases=session.close_leases,
            interrupts=Interrupts(),
            on_failure=on_failure,
        )
        end = Run(settings, plugins, around).carry_out(plan)
    assert recorder.closed
    return Lived(end.status, recorder.events, end.problems, Path(end.directory))
