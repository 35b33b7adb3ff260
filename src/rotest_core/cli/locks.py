"""``rotest locks``: who holds what, who waits, what happened, and ending leases by force."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rotest_core.cli import locks_break, locks_show
from rotest_core.cli.command import load_plugins_for, settings_from
from rotest_core.cli.parser import add_shared_options

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from rotest_core.session import Session

    Configure = Callable[[argparse.ArgumentParser], None]
    Execute = Callable[[argparse.Namespace, Session], int]

ACTIONS: dict[str, tuple[str, Configure, Execute]] = {
    "list": (
        "show who holds what and who waits; what is done without an action",
        locks_show.configure_list,
        locks_show.execute_list,
    ),
    "history": (
        "show what happened to leases, the newest last",
        locks_show.configure_history,
        locks_show.execute_history,
    ),
    "break": ("end the leases of a record by force", locks_break.configure, locks_break.execute),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the commands below this one."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    for name, (summary, configure_action, _) in ACTIONS.items():
        action = actions.add_parser(name, help=summary, description=summary)
        configure_action(action)
        add_shared_options(action)
    parser.add_argument("--json", action="store_true", help="print JSON for programs")


def execute(arguments: argparse.Namespace) -> int:
    """Open the leases and carry the chosen action out."""
    from rotest_core.session import Session

    settings = settings_from(arguments)
    _, _, execute_action = ACTIONS[cast("str | None", arguments.action) or "list"]
    with Session(settings, load_plugins_for(settings)) as session:
        return execute_action(arguments, session)
