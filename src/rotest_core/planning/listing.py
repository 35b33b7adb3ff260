"""List the tests that paths hold, from the index where nothing has changed."""

from __future__ import annotations

import os

from rotest_core.errors import EXIT_FAILED, EXIT_NOTHING_MATCHED, EXIT_PASSED
from rotest_core.planning.index import Index
from rotest_core.planning.outline import render
from rotest_core.planning.scan import DEFAULT_EXCLUDE, Scanner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from rotest_core.planning.filter_expression import Filter
    from rotest_core.planning.outline import Entry


def list_tests(
    paths: Sequence[str],
    *,
    root: str,
    stream: TextIO,
    work_dir: str,
    exclude: Sequence[str] = DEFAULT_EXCLUDE,
    filter: str = "",  # noqa: A002 - the option's name
    classes: Sequence[type] = (),
    color: bool = False,
    cwd: str | None = None,
) -> int:
    """Write the tree of tests with their tags, and show which of them a filter leaves out.

    Args:
        paths: files, directories, ``PATH::Class``, ``PATH::Class::method``, dotted names.
        root: the project's directory.
        stream: where to write.
        work_dir: where Rotest keeps its files; the index is there.
        exclude: fnmatch patterns of files and directories that are not searched.
        filter: expression over tags and names; empty for all.
        classes: cases and suites to list beside `paths`; they are never taken from the index.
        color: whether to dim what is left out instead of marking it.
        cwd: where relative paths start; the working directory of the process when None.

    Returns:
        The exit status: 0, 1 when something could not be loaded, 5 when no test matched.

    Raises:
        UsageError: `filter` cannot be understood.
        DiscoveryError: a path does not exist.
        PlanError: a suite holds something else than tests.
    """
    chooser = _parsed(filter)
    root = os.path.abspath(root)
    cwd = os.path.abspath(cwd or os.getcwd())
    entries: list[Entry] | None = None
    index = None if classes else Index(work_dir, paths=paths, root=root, exclude=exclude, cwd=cwd)
    if index is not None:
        entries = index.read(Scanner(root, exclude))
    failures = 0
    if entries is None:
        from rotest_core.planning.lean_unittest import import_unittest

        import_unittest()
        from rotest_core.planning.fresh_outline import collect_outline

        entries, failures = collect_outline(
            paths, root=root, exclude=exclude, cwd=cwd, classes=classes, index=index
        )
    text, matched = render(entries, chooser, color=color)
    try:
        stream.write(text)
    except UnicodeEncodeError:
        stream.write(text.encode("ascii", "backslashreplace").decode())
    if failures:
        return EXIT_FAILED
    return EXIT_PASSED if matched else EXIT_NOTHING_MATCHED


def _parsed(expression: str) -> Filter | None:
    if not expression.strip():
        return None
    from rotest_core.planning.filter_expression import parse_filter

    return parse_filter(expression)
