"""The claims that wait, in the table of claims; read as far as a turn needs them."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from rotest_core.leasing import ClaimRow, Line, Records
from rotest_core.plugin import Claim, Want
from rotest_postgres.database import Link, Row
from rotest_postgres.locks.pools import Pools
from rotest_postgres.locks.script import Script

_COLUMNS = "place, shape, pins, session, id, label, priority, wait, since, deadline, within, wants"

_NEVER = float("inf")


class _Places(NamedTuple):
    """The places of claims that want the same; one of these claims stands for all."""

    places: list[int]
    example: ClaimRow


class TableQueue:
    """Hold the queue; see `rotest_core.leasing.Queue`.

    All that is always known here is which places there are. The claims themselves are read when they are asked for, and
    what was added and removed is written down by `write`.

    Args:
        records: the numbers of the records.
        pools: the sets of candidates.
    """

    def __init__(self, records: Records, pools: Pools) -> None:
        self._records = records
        self._pools = pools
        self._link: Link | None = None
        self._rows: dict[int, ClaimRow] = {}
        self._shapes: dict[int, str] = {}
        self._lines: dict[str, _Places] = {}
        self._deadline = _NEVER
        self._added: dict[int, ClaimRow] = {}
        self._removed: set[int] = set()

    def resume(self, link: Link) -> None:
        """Read over this connection from now on."""
        self._link = link

    def reset(self, lines: Iterable[Row], heads: Sequence[Row]) -> None:
        """Begin anew with what the database holds.

        Args:
            lines: for each shape its places, in order, and the first deadline.
            heads: for each shape the first claims, as they stand in the table.
        """
        self._rows = {}
        examples = {head[1]: row for head, row in zip(heads, self._claims(heads), strict=True)}
        self._lines = {}
        self._deadline = _NEVER
        for shape, places, deadline in lines:
            self._lines[shape] = _Places(places, examples[shape])
            self._deadline = min(self._deadline, _NEVER if deadline is None else deadline)
        self._shapes = {place: shape for shape, line in self._lines.items() for place in line.places}

    def write(self, script: Script) -> None:
        """Write down what was added and removed since the last time."""
        if self._removed:
            script.add("DELETE FROM rotest.lock_claim WHERE place = ANY(%s)", list(self._removed))
        rows = [self._values(row) for row in self._added.values()]
        script.add_rows(f"INSERT INTO rotest.lock_claim ({_COLUMNS}) VALUES", rows)
        self._added = {}
        self._removed = set()

    @property
    def changed(self) -> bool:
        """Tell whether there is something to write down."""
        return bool(self._added or self._removed)

    def __len__(self) -> int:
        return len(self._shapes)

    def add(self, row: ClaimRow) -> None:
        shape = self._shape(row)
        self._rows[row.place] = self._added[row.place] = row
        self._shapes[row.place] = shape
        line = self._lines.get(shape)
        if line is None:
            line = self._lines[shape] = _Places([], row)
        insort(line.places, row.place)
        self._deadline = min(self._deadline, _NEVER if row.deadline is None else row.deadline)

    def remove(self, row: ClaimRow) -> None:
        place = row.place
        shape = self._shapes.pop(place)
        places = self._lines[shape].places
        del places[bisect_left(places, place)]
        if not places:
            del self._lines[shape]
        self._rows.pop(place, None)
        self._added.pop(place, None)
        # Of one that was added in this turn as well: it may have taken the place of one in the table.
        self._removed.add(place)

    def lines(self) -> Sequence[Line]:
        return [Line(line.example.demands, line.places, line.example.pins) for line in self._lines.values()]

    def last(self) -> int | None:
        return max((line.places[-1] for line in self._lines.values() if line.example.pins), default=None)

    def reach(self) -> int:
        reach = 0
        for line in self._lines.values():
            reach |= line.example.reach
        return reach

    def at(self, place: int) -> ClaimRow:
        row = self._rows.get(place)
        if row is None:
            (row,) = self._claims(self._read("place = %s", place))
        return row

    def find(self, claim: str) -> ClaimRow | None:
        found = self._select("id = %s", claim, lambda row: row.claim.id == claim)
        return found[0] if found else None

    def overdue(self, now: float) -> Sequence[ClaimRow]:
        if now < self._deadline:
            return ()
        found = self._select(
            "deadline <= %s", now, lambda row: row.deadline is not None and row.deadline <= now
        )
        ((later,),) = self._connection.execute(
            "SELECT min(deadline) FROM rotest.lock_claim WHERE deadline > %s", (now,)
        ).fetchall()
        mine = (
            row.deadline for row in self._added.values() if row.deadline is not None and row.deadline > now
        )
        self._deadline = min(_NEVER if later is None else later, *mine, _NEVER)
        return found

    def of_session(self, session: int) -> Sequence[ClaimRow]:
        return self._select("session = %s", session, lambda row: row.session == session)

    def nested(self) -> Sequence[ClaimRow]:
        return self._select("pins = %s", False, lambda row: not row.pins)

    def rows(self) -> Sequence[ClaimRow]:
        found = self._select("place > %s", -(2**62), lambda _: True)
        return sorted(found, key=lambda row: (row.pins, row.place))

    @property
    def _connection(self) -> Link:
        assert self._link is not None, "the queue is used outside of a turn"
        return self._link

    def _select(self, condition: str, value: object, accepts: Callable[[ClaimRow], bool]) -> list[ClaimRow]:
        """Return the claims in the table that wait still, and those that came in this turn."""
        found = self._claims(self._read(condition, value)) if len(self._shapes) > len(self._added) else []
        standing = [row for row in found if row.place in self._shapes and row.place not in self._added]
        return [*standing, *(row for row in self._added.values() if accepts(row))]

    def _read(self, condition: str, value: object) -> list[Row]:
        statement = f"SELECT {_COLUMNS} FROM rotest.lock_claim WHERE {condition}"
        return self._connection.execute(statement.encode(), (value,)).fetchall()

    def _claims(self, rows: Sequence[Row]) -> list[ClaimRow]:
        """Turn rows of the table into claims, the same object for the same claim."""
        self._pools.fetch(self._connection, (digest for row in rows for _, digest, _ in row[-1]))
        return [self._claim(row) for row in rows]

    def _claim(self, row: Row) -> ClaimRow:
        place, _, _, session, identifier, label, priority, wait, since, deadline, within, wants = row
        known = self._rows.get(place)
        if known is not None:
            return known
        claim = Claim(
            id=identifier,
            wants=tuple(Want(name, self._pools.get(digest), exclusive) for name, digest, exclusive in wants),
            label=label,
            priority=priority,
            wait=wait,
            within=tuple(within),
        )
        made = self._rows[place] = ClaimRow.of(self._records, session, claim, place, since, deadline)
        return made

    def _wants(self, row: ClaimRow) -> list[tuple[str, str, bool]]:
        return [(want.name, self._pools.digest(want.candidates), want.exclusive) for want in row.claim.wants]

    def _shape(self, row: ClaimRow) -> str:
        wants = [(digest, exclusive) for _, digest, exclusive in self._wants(row)]
        return hashlib.sha256(json.dumps((row.pins, wants)).encode()).hexdigest()

    def _values(self, row: ClaimRow) -> Row:
        claim = row.claim
        return (
            row.place,
            self._shapes[row.place],
            row.pins,
            row.session,
            claim.id,
            claim.label,
            claim.priority,
            claim.wait,
            row.since,
            row.deadline,
            json.dumps(claim.within),
            json.dumps(self._wants(row)),
        )
