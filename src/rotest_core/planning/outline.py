"""The tree of the collected tests as text.

An outline is a flat list: what the index keeps has to load fast, and be written fast.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

    from rotest_core.planning.filter_expression import Filter

_INDENT: Final = " |  "
_DIM: Final = "\x1b[2m"
_RESET: Final = "\x1b[0m"
_LEFT_OUT: Final = "  (left out)"
FAILURE: Final = "failure"
FLOW: Final = "flow"
PART: Final = "part"


class Entry:
    """A group with its tests, or something that could not be loaded.

    Args:
        depth: how many groups are around it.
        kind: ``module``, ``class``, ``suite``, ``flow`` (one test), ``part`` of a flow, or ``failure``.
        name: of the group or of what failed.
        tags: the group's own.
        tests: names, one a line.
        note: why there is nothing to show below, empty otherwise.
    """

    __slots__ = ("depth", "kind", "name", "note", "tags", "tests")

    def __init__(
        self, depth: int, kind: str, name: str, tags: tuple[str, ...] = (), tests: str = "", note: str = ""
    ) -> None:
        self.depth: int = depth
        self.kind: str = kind
        self.name: str = name
        self.tags: tuple[str, ...] = tags
        self.tests: str = tests
        self.note: str = note

    def values(self) -> tuple[object, ...]:
        """Give what makes the same entry again."""
        return self.depth, self.kind, self.name, self.tags, self.tests, self.note


def render(entries: Sequence[Entry], chooser: Filter | None, *, color: bool) -> tuple[str, int]:
    """Draw the tree.

    Args:
        entries: the outline.
        chooser: what it leaves out is dimmed, or marked where there is no colour; None for a tree without marks.
        color: whether the output may hold escape sequences.

    Returns:
        The text, and the number of tests that are not left out.
    """
    if chooser is None:
        return "".join(map(_plain, entries)), sum(map(_count, entries))
    lines: list[str] = []
    matched = 0
    for entry, verdicts, chosen in _judged(entries, chooser):
        lines.append(_marked(_INDENT * entry.depth + _heading(entry), chosen, color))
        indent = _INDENT * (entry.depth + 1)
        lines += [_marked(indent + name, verdict, color) for name, verdict in verdicts]
        matched += sum(verdict for _, verdict in verdicts) + (entry.kind in (FAILURE, FLOW) and chosen)
    return "".join(lines), matched


def _judged(
    entries: Sequence[Entry], chooser: Filter
) -> Iterator[tuple[Entry, list[tuple[str, bool]], bool]]:
    """Give every entry with the verdict on each of its tests, and whether anything in it is chosen."""
    masks: list[int] = []
    judged: list[list[tuple[str, bool]]] = []
    flows: dict[int, bool] = {}
    flow = 0
    for position, entry in enumerate(entries):
        del masks[entry.depth :]
        words = entry.tags if entry.kind == "module" else (*entry.tags, entry.name)
        mask = (masks[-1] if masks else 0) | chooser.mask(words)
        masks.append(mask)
        if entry.kind == FLOW:
            flow, inside = position, mask | chooser.mask(_words_inside(entries, position))
            flows[flow] = chooser.judge(inside, (entry.name,))[0]
        elif entry.kind == PART:
            flows[position] = flows[flow]
        names = entry.tests.split("\n") if entry.tests else []
        judged.append(list(zip(names, chooser.judge(mask, names), strict=True)))
    # From the last one upwards, what is in a group comes before the group.
    chosen = [False] * len(entries)
    below: dict[int, bool] = {}
    for position in range(len(entries) - 1, -1, -1):
        entry = entries[position]
        own = entry.kind == FAILURE or any(verdict for _, verdict in judged[position])
        own = flows.get(position, own)
        chosen[position] = below.pop(entry.depth + 1, False) or own
        below[entry.depth] = below.get(entry.depth, False) or chosen[position]
    yield from zip(entries, judged, chosen, strict=True)


def _words_inside(entries: Sequence[Entry], flow: int) -> list[str]:
    """Give the names and tags of what a flow is made of: it is chosen whole."""
    words: list[str] = []
    for entry in entries[flow + 1 :]:
        if entry.kind != PART:
            break
        words += (entry.name, *entry.tags)
    return words


def _plain(entry: Entry) -> str:
    heading = f"{_INDENT * entry.depth}{_heading(entry)}\n"
    if not entry.tests:
        return heading
    indent = _INDENT * (entry.depth + 1)
    return f"{heading}{indent}{entry.tests.replace(chr(10), chr(10) + indent)}\n"


def _heading(entry: Entry) -> str:
    tags = f" [{', '.join(entry.tags)}]" if entry.tags else ""
    note = f"  ({entry.note})" if entry.note else ""
    return f"{entry.name}{tags}{note}"


def _marked(line: str, chosen: bool, color: bool) -> str:
    if chosen:
        return f"{line}\n"
    return f"{_DIM}{line}{_RESET}\n" if color else f"{line}{_LEFT_OUT}\n"


def _count(entry: Entry) -> int:
    return entry.tests.count("\n") + 1 if entry.tests else bool(entry.note) or entry.kind == FLOW
