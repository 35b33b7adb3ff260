"""``rotest signatures``: what failures have in common, and what is known of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rotest_core.cli import signatures_change, signatures_show
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
        "show the signatures of past failures; what is done without an action",
        signatures_show.configure_list,
        signatures_show.execute_list,
    ),
    "show": ("show all of one signature", signatures_show.configure_show, signatures_show.execute_show),
    "set": (
        "say what is known of a signature",
        signatures_change.configure_set,
        signatures_change.execute_set,
    ),
    "merge": (
        "make one signature of several",
        signatures_change.configure_merge,
        signatures_change.execute_merge,
    ),
    "remove": (
        "forget what was said of signatures",
        signatures_change.configure_remove,
        signatures_change.execute_remove,
    ),
    "test": (
        "try a pattern against past results",
        signatures_show.configure_test,
        signatures_show.execute_test,
    ),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the commands below this one."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    for name, (summary, configure_action, _) in ACTIONS.items():
        action = actions.add_parser(name, help=summary, description=summary)
        configure_action(action)
        add_shared_options(action)
    add_json(parser)


def execute(arguments: argparse.Namespace) -> int:
    """Open the results store and carry the chosen action out."""
    _, _, execute_action = ACTIONS[cast("str | None", arguments.action) or "list"]
    with opened(arguments) as (session, store):
        return execute_action(arguments, session, store)
