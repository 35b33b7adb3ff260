"""The inventory as one user sees it: which records can serve a request, and why others cannot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import attrs

from rotest_core.allocation.explanation import explain
from rotest_core.allocation.matching import Judge, reservation
from rotest_core.errors import InventoryError, did_you_mean
from rotest_core.model.lookup import Lookup, Operator, Query
from rotest_core.model.record import Record, RecordKey
from rotest_core.model.request import Request
from rotest_core.model.resource_data import ResourceData, structure
from rotest_core.plugin.protocols.locks import Candidate
from rotest_core.plugin.protocols.store import Store

_UNCHANGING = frozenset((str, int, float, bool, type(None)))
"""Types of values that may be shared: whoever gets a record that holds others gets his own instance."""

_USABLE = Lookup(("usable",), Operator.EXACT, True)


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


class Inventory:
    """Find, read and reserve records on behalf of one user.

    Args:
        store: where the records are.
        user: for whom; records reserved for somebody else are no candidates.
        now: the clock by which reservations end; gives aware moments.
    """

    def __init__(self, store: Store, *, user: str, now: Callable[[], datetime] = utc_now) -> None:
        self.store = store
        self.user = user
        self._now = now
        self._memory = _Memory(store, -1)

    def candidates(self, request: Request[Any]) -> tuple[Candidate, ...]:
        """Return the records that can serve a request, each with the parts that must be had with it.

        The answer is remembered until the inventory changes or a reservation ends: the same tuple is given again.

        Raises:
            PlanError: the request is wrong, or its predicate raised.
        """
        memory = self._up_to_date()
        now = self._now()
        answer = memory.answers.get(request)
        if answer is None or now >= answer.until:
            answer = memory.answers[request] = self._find(request, memory, now)
        return answer.candidates

    def explain(self, request: Request[Any]) -> str:
        """Say for each condition of a request how many records it excludes, and why each that is left cannot serve."""
        judge = Judge(request, self.user, self._now(), self._up_to_date().get)
        return explain(request, self.store, judge.why_not)

    def record(self, key: RecordKey) -> Record:
        """Return a record.

        Raises:
            InventoryError: there is none of that type and name; near names are named.
        """
        record = self.store.get(key)
        if record is None:
            names = [found.name for found in self.store.find(Query(types=(key.type,)))]
            raise InventoryError(f"{key} does not exist{did_you_mean(key.name, names)}")
        return record

    def load(self, request: Request[Any], key: RecordKey) -> ResourceData:
        """Return a record as an instance of its data type, with the records that it refers to.

        Raises:
            InventoryError: the record does not exist, or its values do not fit its type (`RecordError`).
        """
        data_type: type[ResourceData] | None = request.resource.data_type()
        if data_type is None:
            raise InventoryError(f"{request.resource.__name__} is a service: it has no record")
        memory = self._up_to_date()
        known = memory.loaded.get((data_type, key))
        if known is None:
            known = structure(data_type, self.record(key), self.store.get)
            if all(type(value) in _UNCHANGING for value in attrs.asdict(known, recurse=False).values()):
                memory.loaded[data_type, key] = known
        return known

    def reserve(self, key: RecordKey, *, user: str = "", until: datetime | None = None) -> Record:
        """Keep a record for one user alone; a reservation of the same user is replaced.

        Args:
            key: the record.
            user: for whom; empty for the inventory's own user.
            until: end of the reservation, None for no end.

        Raises:
            InventoryError: the record does not exist, is reserved for somebody else, or the end has passed.
        """
        user = user or self.user
        if until is not None and until <= self._now():
            raise InventoryError(f"{key} cannot be reserved until {until:%Y-%m-%d %H:%M %Z}: that has passed")

        def reserved(record: Record) -> Record:
            standing = reservation(record, user, self._now())
            if standing:
                raise InventoryError(f"{key} is {standing}; unreserve it first")
            return attrs.evolve(record, reserved_for=user, reserved_until=until)

        return self._change(key, reserved)

    def unreserve(self, key: RecordKey) -> Record:
        """End a reservation, whoever has it; a record without one stays as it is.

        Raises:
            InventoryError: the record does not exist.
        """
        return self._change(key, lambda record: attrs.evolve(record, reserved_for="", reserved_until=None))

    def quarantine(self, key: RecordKey, reason: str) -> Record:
        """Take a record out of every match, until somebody sets it usable again.

        Raises:
            InventoryError: the record does not exist.
        """
        return self._change(key, lambda record: attrs.evolve(record, usable=False, unusable_reason=reason))

    def _change(self, key: RecordKey, change: Callable[[Record], Record]) -> Record:
        """Change one record, again from the start when somebody else changed it meanwhile."""
        while True:
            record = self.record(key)
            changed = change(record)
            if changed == record:
                return record
            try:
                self.store.apply(put=[changed])
            except InventoryError:
                if self.record(key).version == record.version:
                    raise
            else:
                return attrs.evolve(changed, version=record.version + 1)

    def _up_to_date(self) -> _Memory:
        """Return what is remembered, nothing if the inventory has changed since.

        What a thread found out is kept with the revision it asked for first: it is never taken for newer than it is.
        """
        revision = self.store.revision()
        memory = self._memory
        if memory.revision != revision:
            memory = self._memory = _Memory(self.store, revision)
        return memory

    def _find(self, request: Request[Any], memory: _Memory, now: datetime) -> _Answer:
        query = request.query()
        found = self.store.find(attrs.evolve(query, lookups=(*query.lookups, _USABLE)))
        memory.records.update((record.key, record) for record in found)
        judge = Judge(request, self.user, now, memory.get)
        judgements = map(judge.judge, found)
        candidates = tuple(judgement for judgement in judgements if isinstance(judgement, Candidate))
        ends = (record.reserved_until for record in list(memory.records.values()) if record is not None)
        until = min((end for end in ends if end is not None and end > now), default=_NEVER)
        return _Answer(candidates, until)


class _Answer(NamedTuple):
    """Remember candidates, as long as no reservation ends."""

    candidates: tuple[Candidate, ...]
    until: datetime


class _Memory:
    """Remember what was read at one revision of the inventory."""

    def __init__(self, store: Store, revision: int) -> None:
        self.revision = revision
        self.answers: dict[Request[Any], _Answer] = {}
        self.records: dict[RecordKey, Record | None] = {}
        self.loaded: dict[tuple[type[ResourceData], RecordKey], ResourceData] = {}
        self._store = store

    def get(self, key: RecordKey) -> Record | None:
        if key not in self.records:
            self.records[key] = self._store.get(key)
        return self.records[key]


_NEVER = datetime.max.replace(tzinfo=UTC)
