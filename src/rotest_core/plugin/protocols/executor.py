"""Executors supply the workers that run tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from rotest_core.events import Event
from rotest_core.plugin.options import PluginContext


class Assignment(NamedTuple):
    """Hand tests to a worker: their numbers in the plan, in the order to run them."""

    tests: tuple[int, ...]


class Worker(Protocol):
    """Run the tests of an assignment; what the core gives an executor to put where it likes."""

    def run(self, assignment: Assignment, emit: Callable[[Event], None]) -> None:
        """Run the tests, telling each event as it happens."""
        ...


class Executor(Protocol):
    """Run assignments on workers."""

    def start(self, make_worker: Callable[[str], Worker], emit: Callable[[Event], None]) -> None:
        """Prepare the workers; `make_worker` builds one by its name, where it is to run."""
        ...

    def assign(self, assignment: Assignment) -> None:
        """Run an assignment on a free worker; a serial executor returns when it is done."""
        ...

    def stop(self) -> None:
        """End the workers; called once, also when the run was interrupted."""
        ...


ExecutorFactory = Callable[[PluginContext], Executor]
