"""``rotest runs``: what the results store holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rotest_core.cli import runs_compare, runs_delete, runs_export, runs_list, runs_show
from rotest_core.cli.parser import add_shared_options
from rotest_core.cli.results_words import add_json, opened

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from rotest_core.plugin.protocols.results import ResultsStore
    from rotest_core.session import Session

    Configure = Callable[[argparse.ArgumentParser], None]
    Execute = Callable[[argparse.Namespace, Session, ResultsStore], int]

ACTIONS: dict[str, tuple[str, Configure, Execute]] = {
    "list": (
        "show runs, the newest first; what is done without an action",
        runs_list.configure,
        runs_list.execute,
    ),
    "show": ("show one run, or one of its tests", runs_show.configure, runs_show.execute),
    "compare": (
        "show what became of the tests of one run in another",
        runs_compare.configure,
        runs_compare.execute,
    ),
    "delete": ("forget runs", runs_delete.configure, runs_delete.execute),
    "export": ("write a run to a file", runs_export.configure, runs_export.execute),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the commands below this one."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    for name, (summary, configure_action, _) in ACTIONS.items():
        action = actions.add_parser(name, help=summary, description=summary)
        configure_action(action)
        add_shared_options(action)
    runs_list.set_defaults(parser)
    add_json(parser)


def execute(arguments: argparse.Namespace) -> int:
    """Open the results store and carry the chosen action out."""
    _, _, execute_action = ACTIONS[cast("str | None", arguments.action) or "list"]
    with opened(arguments) as (session, store):
        return execute_action(arguments, session, store)
