"""Put rows into the tree of modules, classes and suites, however the tests of several workers are mixed."""

from __future__ import annotations

from array import array
from collections import Counter
from typing import TYPE_CHECKING

from rotest_backends.outputs.html.markup import inline
from rotest_backends.outputs.html.rows import CODES
from rotest_backends.outputs.html.spool import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import IO

    from rotest_backends.outputs.html.spool import Spool
    from rotest_core.events import GroupStarted

FOLDED_FROM = 300
"""From how many tests on the tree is folded at first."""
DEEPEST = 40
"""How many groups lie in each other at most; those below are shown side by side."""


class _Node:
    """Be a group: count its tests, know the first and the last of its rows."""

    __slots__ = ("children", "counts", "depth", "first", "group", "last")

    def __init__(self, group: GroupStarted | None, depth: int) -> None:
        self.group = group
        self.depth = depth
        self.children: list[_Node] = []
        self.counts: Counter[str] = Counter()
        self.first = -1
        self.last = -1


class Tree:
    """Hold the rows of a run, 32 bytes of memory each; what they say lies in a spool.

    Attributes:
        counts: how many rows have which code.
    """

    def __init__(self) -> None:
        self._root = _Node(None, 0)
        self._nodes: dict[int, _Node] = {}
        self._numbers = array("q")
        self._starts = array("q")
        self._lengths = array("q")
        # Rows of one group hang together, each with the place of the next, for groups may be mixed.
        self._next = array("q")

    @property
    def counts(self) -> Counter[str]:
        return self._root.counts

    def add(self, groups: Sequence[GroupStarted], test: int, code: str, piece: Piece) -> None:
        """Add a row.

        Args:
            groups: those around it, outermost first.
            test: its number, by which rows are ordered in their group.
            code: its outcome's.
            piece: where it lies.
        """
        path = [self._root]
        for group in groups:
            node = self._nodes.get(group.group)
            if node is None:
                node = self._nodes[group.group] = _Node(group, path[-1].depth + 1)
                path[min(len(path), DEEPEST) - 1].children.append(node)
            path.append(node)
        for node in path:
            node.counts[code] += 1
        number, last = len(self._next), path[-1]
        self._numbers.append(test)
        self._starts.append(piece.start)
        self._lengths.append(piece.length)
        self._next.append(-1)
        if last.last < 0:
            last.first = number
        else:
            self._next[last.last] = number
        last.last = number

    def discount(self, code: str) -> None:
        """Count one row less: it was an earlier attempt of a test that was run again."""
        self._root.counts[code] -= 1

    def write(self, target: IO[bytes], spool: Spool) -> None:
        """Write the tree as HTML."""
        state = " open" if self._root.counts.total() < FOLDED_FROM else ""
        self._write(self._root, target, spool, state)

    def _write(self, node: _Node, target: IO[bytes], spool: Spool, state: str) -> None:
        if node.group is not None:
            target.write(_opening(node.group, node.counts, state).encode())
        if node.first >= 0:
            numbers = sorted(self._rows(node), key=self._numbers.__getitem__)
            # A browser lays out what is in sight, and takes the rest to be as high as so many rows.
            target.write(f'<ul class="rows" style="--rows:{len(numbers)}">\n'.encode())
            for number in numbers:
                target.write(spool.read(Piece(self._starts[number], self._lengths[number])))
            target.write(b"</ul>\n")
        for child in sorted(node.children, key=_number):
            self._write(child, target, spool, state)
        if node.group is not None:
            target.write(b"</details>\n")

    def _rows(self, node: _Node) -> Iterator[int]:
        number = node.first
        while number >= 0:
            yield number
            number = self._next[number]


def _number(node: _Node) -> int:
    return node.group.group if node.group is not None else -1


def _opening(group: GroupStarted, counts: Counter[str], state: str) -> str:
    tags = "".join(f" <em>{inline(tag, 60)}</em>" for tag in group.tags[:20])
    shown = "".join(f'<b class="{code}">{counts[code]}</b>' for code in CODES.values() if counts[code])
    return (
        f'<details class="g"{state}><summary><small>{inline(group.kind, 20)}</small> <span>{inline(group.name)}</span>'
        f'{tags}<span class="n">{shown}</span></summary>\n'
    )
