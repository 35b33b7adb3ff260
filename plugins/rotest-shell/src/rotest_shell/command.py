"""The command: open a shell at the workbench, and leave nothing behind."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

from rotest_core import Workbench
from rotest_shell.ending import Ending
from rotest_shell.options import ShellOptions

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from rotest_core import Outcome
    from rotest_core.plugin import PluginContext


class ShellCommand:
    """Open IPython with what a person needs to try resources and tests."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add no arguments: what there is to say stands in ``[commands.shell]``."""
        parser.description = "lock resources and run tests by hand, in IPython"

    def execute(self, arguments: argparse.Namespace, context: PluginContext) -> int:
        """Talk to the person at the terminal until they are done, and give back what they had.

        Raises:
            ConfigError: the configuration is wrong, or a resource module cannot be imported.
            UnknownPluginError: an output does not exist.
        """
        options = context.options(ShellOptions)
        ending = Ending()
        bench = Workbench(outputs=options.outputs)
        resources = bench.resources
        names: dict[str, object] = {
            **resources,
            "run_test": _run_test(bench, ending),
            "shared_data": bench.shared_data,
        }
        from rotest_shell.terminal import interact

        try:
            with ending:
                interact(names, options.startup, _banner(resources), ending)
        except OSError:
            if not ending.status:  # else the terminal is gone
                raise
        finally:
            # Once more where somebody is impatient: what is being finalized is told of it, the others still are.
            with contextlib.suppress(KeyboardInterrupt):
                bench.close()
            bench.close()
        return ending.status


def _run_test(bench: Workbench, ending: Ending) -> Callable[..., Outcome]:
    def run_test(test: type, method: str = "", /, *, debug: bool = False, **parameters: object) -> Outcome:
        """Run a case, a flow or a single block.

        run_test(Case), run_test(Case, "test_method"), run_test(Block, value=3), run_test(Flow, calculator=calc).

        Args:
            test: its class.
            method: the one test method of a case to run.
            debug: whether a debugger opens where something fails.
            parameters: live resources or requests for what it requests, values for inputs.
        """
        with ending.test_running():
            return bench.run(test, method, debug=debug, **parameters)

    return run_test


def _banner(resources: dict[str, type]) -> str:
    known = ", ".join(sorted(resources)) or "none: [resources] modules names no module that defines one"
    return (
        f"Rotest shell on Python {sys.version.split()[0]}\n"
        f"resources: {known}\n"
        "calc = Calculator.lock(name=...) locks one, calc.release() gives it back, and so does leaving\n"
        "run_test(Case | Flow | Block, **parameters) runs tests; shared_data holds what blocks put out\n"
    )
