"""Collect tests for a listing, and leave what was collected in the index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_core.planning.components import is_load_failure
from rotest_core.planning.discovery import Discovery
from rotest_core.planning.gathering import Listener, gather
from rotest_core.planning.outline import FAILURE, FLOW, PART, Entry
from rotest_core.planning.stand_ins import ModuleSkipped
from rotest_core.planning.tree import tags_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rotest_core.planning.index import Index
    from rotest_core.planning.tree import Case, Collected, Group


def collect_outline(
    paths: Sequence[str],
    *,
    root: str,
    exclude: Sequence[str],
    cwd: str,
    classes: Sequence[type] = (),
    index: Index | None = None,
) -> tuple[list[Entry], int]:
    """Collect tests as `make_plan` does, but make neither cases nor a plan.

    Args:
        paths: what to collect.
        root: the project's directory, absolute.
        exclude: fnmatch patterns of what is not searched.
        cwd: where relative paths start, absolute.
        classes: cases and suites to collect beside `paths`.
        index: where to keep the outline for the next time; None to keep it nowhere.

    Returns:
        The outline, and how many modules could not be loaded.

    Raises:
        DiscoveryError: a path does not exist.
        PlanError: a suite holds something else than tests.
    """
    discovery = Discovery(root, exclude=exclude, cwd=cwd)
    draft = None if index is None else index.begin()
    if index is None or draft is None:
        discovery.collect_classes(classes)
        discovery.collect(paths)
        return outline(discovery.collection.collected), discovery.collection.failures
    listener = Listener()
    try:
        listener.start()
        try:
            discovery.collect(paths)
        finally:
            listener.stop()
        entries = outline(discovery.collection.collected)
        # What could not be loaded may be cured by anything anywhere.
        if not discovery.collection.failures:
            index.keep(draft, gather(discovery.scanner, discovery.files, listener), entries)
    finally:
        draft.close()
    return entries, discovery.collection.failures


def outline(collected: Iterable[Collected]) -> list[Entry]:
    """Put collected tests into the order of the tree: every group once, with all that is in it."""
    nodes: dict[Group, _Node] = {}
    top: list[_Node] = []
    for found in collected:
        node = _node(found.group, nodes, top)
        if found.group.kind == FLOW:
            node.flow = found.case_type or type((found.cases or (None,))[0])
            continue
        if found.case_type is not None:
            node.names += found.names
            continue
        for name, case in zip(found.names, found.cases or (), strict=True):
            note = _note(case)
            if note:
                node.notes.append((name, note))
            else:
                node.names.append(name)
    return [entry for node in top for entry in _entries(node, 0)]


class _Node:
    """A group while the tree is put together."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.names: list[str] = []
        self.notes: list[tuple[str, str]] = []
        self.below: list[_Node] = []
        self.flow: type | None = None


def _node(group: Group, nodes: dict[Group, _Node], top: list[_Node]) -> _Node:
    node = nodes.get(group)
    if node is None:
        node = nodes[group] = _Node(group)
        (top if group.parent is None else _node(group.parent, nodes, top).below).append(node)
    return node


def _entries(node: _Node, depth: int) -> Iterator[Entry]:
    group = node.group
    # A module that could not be loaded at all is one line.
    whole = [note for name, note in node.notes if name == group.name and not node.names and not node.below]
    kind = FAILURE if whole else group.kind
    yield Entry(depth, kind, group.name, group.tags, "\n".join(node.names), "".join(whole))
    if not whole:
        for name, note in node.notes:
            yield Entry(depth + 1, FAILURE, name, note=note)
    if node.flow is not None:
        yield from _parts(node.flow, depth + 1, {node.flow})
    for below in node.below:
        yield from _entries(below, depth + 1)


def _parts(flow: type, depth: int, around: set[type]) -> Iterator[Entry]:
    """Give what a flow is made of; what does not belong there is left to the plan to complain of."""
    from rotest_core.planning.flow_parts import blocks_of, is_part, name_of_part

    for part in blocks_of(flow):
        if is_part(part) and part not in around:
            yield Entry(depth, PART, name_of_part(part), tags_of(part))
            yield from _parts(part, depth + 1, {*around, part})


def _note(case: Case) -> str:
    """Say why a test stands for others."""
    if isinstance(case, ModuleSkipped):
        return f"skipped: {case.reason}"
    if not is_load_failure(case):
        return ""
    error = getattr(case, "error", None) or getattr(case, "_exception", None)
    # unittest puts a whole traceback into the message; what was raised stands in its last line.
    text = str(error).strip().rpartition("\n")[2]
    return f"cannot be loaded: {type(error).__name__}: {text}"
