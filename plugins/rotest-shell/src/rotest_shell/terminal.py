"""IPython itself: the only module that knows it, and the border to what it leaves untyped."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from IPython.terminal.interactiveshell import TerminalInteractiveShell
from IPython.terminal.ipapp import TerminalIPythonApp
from traitlets.config import Config

from rotest_core import RotestError

if TYPE_CHECKING:
    from rotest_shell.ending import Ending


class _Shell(TerminalInteractiveShell):
    """Leave when the process is asked to end, and say in one line, as commands do, what a person did wrong."""

    ending: Ending | None = None

    def prompt_for_code(self) -> str:
        if self.ending is not None and self.ending.status:
            raise EOFError
        prompt: Callable[[], str] = super().prompt_for_code
        return prompt()

    def showtraceback(self, *arguments: Any, **options: Any) -> None:
        error = sys.exc_info()[1]
        if isinstance(error, RotestError):
            print(f"rotest: error: {error}", file=sys.stderr)
        else:
            super().showtraceback(*arguments, **options)


def interact(names: Mapping[str, object], startup: Sequence[str], banner: str, ending: Ending) -> None:
    """Talk to the person at the terminal until they leave.

    Args:
        names: what the shell knows from the start.
        startup: lines that run first; what one of them raises is shown, and the next ones run.
        banner: what is said first.
        ending: says when to leave otherwise.
    """
    config: Any = Config()
    config.TerminalInteractiveShell.banner1 = banner
    config.TerminalInteractiveShell.confirm_exit = False
    config.TerminalInteractiveShell.enable_tip = False
    if not sys.stdout.isatty():
        config.InteractiveShell.colors = "nocolor"
    config.InteractiveShellApp.exec_lines = list(startup)
    app: Any = TerminalIPythonApp.instance(config=config, user_ns=dict(names))
    app.interactive_shell_class = _Shell
    app.initialize([])
    shell: Any = app.shell
    shell.ending = ending

    def leave() -> bool:
        prompt = getattr(shell.pt_app, "app", None)
        if prompt is None or not prompt.is_running:
            return False
        # From a signal's handler, which does not wake the prompt by itself.
        prompt.loop.call_soon_threadsafe(lambda: prompt.is_running and prompt.exit(exception=EOFError()))
        return True

    ending.leave = leave
    app.start()
