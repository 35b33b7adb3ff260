"""Lock resources and run tests from an interactive program: a shell, a notebook, a tool of one's own."""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import MutableMapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from rotest_core.config.current import current_settings
from rotest_core.errors import UsageError, did_you_mean
from rotest_core.events import Outcome
from rotest_core.execution.interrupts import Interrupts
from rotest_core.model.resource import BaseResource
from rotest_core.planning.by_hand import runnable
from rotest_core.planning.plan import make_plan
from rotest_core.plugin.loader import load_plugins
from rotest_core.session import Session, run_plan

if TYPE_CHECKING:
    from rotest_core.planning.plan import Plan


class Workbench:
    """Lock resources and run tests by hand; a context manager.

    ::

        with Workbench() as bench:
            calculator = bench.resources["Calculator"].lock(name="calc1")
            bench.run(AdditionTest, calculator=calculator)

    The configuration is that of the working directory, or of the command line of the plugin's command that uses it.
    What is locked is finalized and given back when the workbench is closed.

    Args:
        outputs: what shows and writes what happens in a run; those of the configuration when empty.

    Attributes:
        shared_data: what blocks and flows put out, by name; blocks and flows that run later take their inputs from it.

    Raises:
        ConfigError: the configuration is wrong.
        UnknownPluginError: an output does not exist.
    """

    def __init__(self, *, outputs: Sequence[str] = ()) -> None:
        settings = current_settings()
        self._settings = settings.with_run(outputs=tuple(outputs) or settings.run.outputs)
        self._plugins = load_plugins(settings.plugins.disabled)
        for name in self._settings.run.outputs:
            self._plugins.catalogues.outputs.get(name)
        self.shared_data: MutableMapping[str, object] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None:
        self.close()

    @property
    def resources(self) -> dict[str, type[BaseResource[Any]]]:
        """Import the project's resource modules; return the classes of resources in them, by name.

        Raises:
            ConfigError: a module cannot be imported.
        """
        Session(self._settings, self._plugins).import_modules()
        return {
            name: value
            for module in self._settings.resources.modules
            for name, value in vars(sys.modules[module]).items()
            if not name.startswith("_") and _is_resource(value)
        }

    def run(self, test: type, method: str = "", /, *, debug: bool = False, **parameters: object) -> Outcome:
        """Run a case, a flow, or a single block.

        Args:
            test: its class.
            method: the one test method of a case to run; empty for all.
            debug: whether a debugger opens where something fails.
            parameters: values by name: a live resource or a request in the place of one that the test declares; for
                flows and blocks also inputs, as `TestBlock.params` takes them.

        Returns:
            The most severe outcome.

        Raises:
            UsageError: it is no test, or it takes no parameter of that name.
            PlanError: a request cannot be, a flow does not wire.
        """
        # Here, and not in a process of its own: live resources are used, and values come back.
        settings = self._settings.with_run(
            debug=debug, name="shell", executor="serial", workers="1", delta=0, shard=""
        )
        settings.retry = settings.retry._replace(times=0)  # a person sees what failed, and tries again
        plan = make_plan(
            classes=[runnable(test, parameters, self.shared_data)],
            root=settings.root,
            overrides=settings.run.resources,
            config=settings.config,
        )
        _choose(plan, test, method)
        with Interrupts() as interrupts:
            end = run_plan(
                settings, self._plugins, plan, interrupts, stream=sys.stdout, color=sys.stdout.isatty()
            )
        for problem in end.problems:
            print(f"rotest: {problem}", file=sys.stderr)
        return max(end.outcomes, key=lambda outcome: outcome.severity, default=Outcome.SKIPPED)

    def close(self) -> None:
        """Finalize and give back what is still locked; may be called twice."""
        from rotest_core.script import release_all

        with warnings.catch_warnings():
            # That something is left is nobody's mistake here.
            warnings.simplefilter("ignore", ResourceWarning)
            release_all()


def _choose(plan: Plan, test: type, method: str) -> None:
    if not method:
        return
    known = [planned.name for planned in plan.tests]
    if method not in known:
        raise UsageError(f"{test.__qualname__} has no test {method!r}{did_you_mean(method, known)}")
    for planned in [planned for planned in plan.tests if planned.name != method]:
        plan.tests.remove(planned)
        plan.left_out.append(planned)
    for number, planned in enumerate((*plan.tests, *plan.left_out)):
        planned.number = number


def _is_resource(value: object) -> bool:
    return inspect.isclass(value) and issubclass(value, BaseResource) and value is not BaseResource
