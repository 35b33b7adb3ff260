"""The queue in its table, read as far as a decision needs it: hundreds may wait that want the same."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Hashable, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

from rotest_core.allocation.board import Demand
from rotest_core.allocation.records import Candidates, Records
from rotest_core.allocation.rows import ClaimRow
from rotest_core.allocation.schedule import Line
from rotest_core.leasing.packing import pack_candidates, pack_names, unpack_candidates, unpack_names
from rotest_core.plugin.protocols.locks import Claim, Want

Row: TypeAlias = tuple[Any, ...]

_SHAPES_KNOWN = 512
_AT_ONCE = 16

_HEADS = "SELECT shape, min(place), max(place), min(deadline) FROM lock_claim GROUP BY shape"
_CLAIM = (
    "SELECT place, shape, session, id, label, priority, wants, wait, within, since, deadline FROM lock_claim"
)


class _Shape(NamedTuple):
    """What the claims of one shape want."""

    wants: tuple[tuple[bool, Candidates], ...]
    line: Line


class _Head(NamedTuple):
    """The claims of one shape that wait: the first and last place, and the first deadline."""

    first: int
    last: int
    deadline: float | None


class SqliteQueue:
    """Hold the queue in a table; see `Queue`.

    Args:
        connection: to the file; every method is called inside a transaction.
        records: the numbers of the records.
    """

    def __init__(self, connection: sqlite3.Connection, records: Records) -> None:
        self._execute = connection.cursor().execute
        self._records = records
        self._heads: dict[int, _Head] | None = None
        self._shapes: dict[int, _Shape] = {}
        self._numbers: dict[Hashable, tuple[int, tuple[Demand, ...]]] = {}

    def forget(self) -> None:
        """Know that others have changed the queue."""
        self._heads = None

    def __len__(self) -> int:
        return int(self._execute("SELECT count(*) FROM lock_claim").fetchone()[0])

    def add(self, row: ClaimRow) -> None:
        claim = row.claim
        self._execute(
            "INSERT INTO lock_claim VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                row.place,
                self._shape_number(row),
                row.session,
                claim.id,
                claim.label,
                claim.priority,
                pack_names([want.name for want in claim.wants]),
                claim.wait,
                pack_names(claim.within),
                row.since,
                row.deadline,
            ),
        )
        self._heads = None

    def remove(self, row: ClaimRow) -> None:
        self._execute("DELETE FROM lock_claim WHERE place = ?", (row.place,))
        self._heads = None

    def lines(self) -> Sequence[Line]:
        return [
            self._shape(number).line._replace(places=self._places(number, head))
            for number, head in self._all_heads().items()
        ]

    def last(self) -> int | None:
        heads = self._all_heads()
        return max(
            (head.last for number, head in heads.items() if self._shape(number).line.pins), default=None
        )

    def reach(self) -> int:
        reach = 0
        for number in self._all_heads():
            reach |= self._shape(number).line.reach
        return reach

    def at(self, place: int) -> ClaimRow:
        return self._claim(self._execute(f"{_CLAIM} WHERE place = ?", (place,)).fetchone())

    def find(self, claim: str) -> ClaimRow | None:
        row = self._execute(f"{_CLAIM} WHERE id = ?", (claim,)).fetchone()
        return None if row is None else self._claim(row)

    def overdue(self, now: float) -> Sequence[ClaimRow]:
        deadlines = [head.deadline for head in self._all_heads().values() if head.deadline is not None]
        if not deadlines or min(deadlines) > now:
            return ()
        return self._claims(f"{_CLAIM} WHERE deadline <= ?", now)

    def of_session(self, session: int) -> Sequence[ClaimRow]:
        return self._claims(f"{_CLAIM} WHERE session = ?", session)

    def nested(self) -> Sequence[ClaimRow]:
        return self._claims(f"{_CLAIM} WHERE within != ''")

    def rows(self) -> Sequence[ClaimRow]:
        return self._claims(f"{_CLAIM} ORDER BY within = '', place")

    def _all_heads(self) -> dict[int, _Head]:
        if self._heads is None:
            self._heads = {
                shape: _Head(first, last, deadline) for shape, first, last, deadline in self._execute(_HEADS)
            }
        return self._heads

    def _places(self, shape: int, head: _Head) -> Iterator[int]:
        place = head.first
        yield place
        while place < head.last:
            rows = self._execute(
                "SELECT place FROM lock_claim WHERE shape = ? AND place > ? ORDER BY place LIMIT ?",
                (shape, place, _AT_ONCE),
            ).fetchall()
            for (place,) in rows:
                yield place

    def _claims(self, query: str, *values: object) -> Sequence[ClaimRow]:
        return [self._claim(row) for row in self._execute(query, values).fetchall()]

    def _claim(self, row: Row) -> ClaimRow:
        place, shape, session, identifier, label, priority, names, wait, within, since, deadline = row
        wants = zip(unpack_names(names), self._shape(shape).wants, strict=True)
        claim = Claim(
            id=identifier,
            wants=tuple([Want(name, candidates, exclusive) for name, (exclusive, candidates) in wants]),
            label=label,
            priority=priority,
            wait=wait,
            within=unpack_names(within),
        )
        return ClaimRow.of(self._records, session, claim, place, since, deadline)

    def _shape(self, number: int) -> _Shape:
        shape = self._shapes.get(number)
        if shape is None:
            if len(self._shapes) >= _SHAPES_KNOWN:
                self._shapes.clear()
            pins, packed = self._execute(
                "SELECT pins, wants FROM lock_shape WHERE number = ?", (number,)
            ).fetchone()
            wants = tuple(
                (exclusive, unpack_candidates(candidates)) for exclusive, candidates in json.loads(packed)
            )
            demands = tuple(
                [Demand(self._records.pool(candidates), exclusive) for exclusive, candidates in wants]
            )
            shape = self._shapes[number] = _Shape(wants, Line(demands, (), bool(pins)))
        return shape

    def _shape_number(self, row: ClaimRow) -> int:
        known = self._numbers.get(row.shape)
        if known is not None:
            return known[0]
        wants = [[want.exclusive, pack_candidates(want.candidates)] for want in row.claim.wants]
        packed = json.dumps([row.pins, wants])
        digest = hashlib.sha256(packed.encode()).digest()
        found = self._execute("SELECT number FROM lock_shape WHERE digest = ?", (digest,)).fetchone()
        if found is None:
            found = self._execute(
                "INSERT INTO lock_shape (digest, pins, wants) VALUES (?, ?, ?) RETURNING number",
                (digest, row.pins, json.dumps(wants)),
            ).fetchone()
        if len(self._numbers) >= _SHAPES_KNOWN:
            self._numbers.clear()
        # The demands are kept along, for a shape is known by the addresses of their pools.
        self._numbers[row.shape] = (found[0], row.demands)
        return int(found[0])
