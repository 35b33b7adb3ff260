"""The store contract catches stores that break it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC

import attrs
import pytest

from rotest_backends.stores.memory import MemoryStore
from rotest_core.errors import InventoryError
from rotest_core.model.lookup import Operator, Query
from rotest_core.model.matching import matches
from rotest_core.model.record import Json, Record, RecordKey
from rotest_core.model.storable import check_storable
from rotest_core.testing import StoreContract

CHECKS = sorted(name for name in vars(StoreContract) if name.startswith("test_"))


class SmallStore:
    """Keep the contract, apart from what a subclass does differently on purpose."""

    def __init__(self) -> None:
        self.records: dict[RecordKey, Record] = {}
        self.notes: dict[str, str] = {}
        self.count = 0
        self.lock = threading.RLock()

    def find(self, query: Query) -> Sequence[Record]:
        with self.lock:
            known = dict(self.records)
        found = [record for record in known.values() if matches(record, query, known.get)]
        return sorted(found, key=lambda record: record.key)

    def get(self, key: RecordKey) -> Record | None:
        return self.records.get(key)

    def apply(
        self,
        *,
        put: Iterable[Record] = (),
        remove: Iterable[RecordKey] = (),
        notes: Mapping[str, str] | None = None,
    ) -> int:
        put, remove = list(put), list(remove)
        self.check(put, remove)
        with self.lock:
            problems = self.problems(put, remove)
            if problems:
                raise InventoryError("not changed", problems)
            for key in remove:
                del self.records[key]
            for record in put:
                self.records[record.key] = self.stored(record)
            self.notes.update(notes or {})
            self.count += self.step(put, remove)
            return self.count

    def check(self, put: Sequence[Record], remove: Sequence[RecordKey]) -> None:
        check_storable(put, remove)

    def problems(self, put: Sequence[Record], remove: Sequence[RecordKey]) -> list[str]:
        wrong = [record.key for record in put if record.version != self.version(record.key)]
        return [f"{key}: no" for key in [*wrong, *(key for key in remove if key not in self.records)]]

    def version(self, key: RecordKey) -> int:
        return self.records[key].version if key in self.records else 0

    def stored(self, record: Record) -> Record:
        return attrs.evolve(record, version=record.version + 1)

    def step(self, put: Sequence[Record], remove: Sequence[RecordKey]) -> int:
        return 1 if put or remove else 0

    def note(self, name: str) -> str:
        return self.notes.get(name, "")

    def revision(self) -> int:
        return self.count

    def close(self) -> None:
        pass


class NotEmpty(SmallStore):
    def __init__(self) -> None:
        super().__init__()
        self.records[RecordKey("T", "left")] = Record(type="T", name="left", version=1)


class ForgetsNumbersTypes(SmallStore):
    def stored(self, record: Record) -> Record:
        fields: dict[str, Json] = {
            name: float(value) if isinstance(value, int) else value for name, value in record.fields.items()
        }
        return attrs.evolve(super().stored(record), fields=fields)


class ForgetsComments(SmallStore):
    def stored(self, record: Record) -> Record:
        return attrs.evolve(super().stored(record), comment="")


class ForgetsZones(SmallStore):
    def stored(self, record: Record) -> Record:
        until = record.reserved_until
        until = until.replace(tzinfo=UTC) if until else None
        return attrs.evolve(super().stored(record), reserved_until=until)


class KeepsVersions(SmallStore):
    def stored(self, record: Record) -> Record:
        return attrs.evolve(record, version=1)


class IgnoresCaseOfNames(SmallStore):
    def problems(self, put: Sequence[Record], remove: Sequence[RecordKey]) -> list[str]:
        if len({record.name.lower() for record in put}) < len(put):
            return ["T/a: twice"]
        return super().problems(put, remove)


class LastWriterWins(SmallStore):
    def problems(self, put: Sequence[Record], remove: Sequence[RecordKey]) -> list[str]:
        return [f"{key}: no" for key in remove if key not in self.records]


class Resurrects(SmallStore):
    def problems(self, put: Sequence[Record], remove: Sequence[RecordKey]) -> list[str]:
        return super().problems([record for record in put if record.key in self.records], remove)


class AddsTwice(SmallStore):
    def problems(self, put: Sequence[Record], remove: Sequence[RecordKey]) -> list[str]:
        return super().problems([record for record in put if record.version], remove)


class RemovesAnything(SmallStore):
    def apply(
        self,
        *,
        put: Iterable[Record] = (),
        remove: Iterable[RecordKey] = (),
        notes: Mapping[str, str] | None = None,
    ) -> int:
        return super().apply(put=put, remove=[key for key in remove if key in self.records], notes=notes)


class RemovesNothing(SmallStore):
    def apply(
        self,
        *,
        put: Iterable[Record] = (),
        remove: Iterable[RecordKey] = (),
        notes: Mapping[str, str] | None = None,
    ) -> int:
        return super().apply(put=put, notes=notes)


class ChecksNothing(SmallStore):
    def check(self, put: Sequence[Record], remove: Sequence[RecordKey]) -> None:
        pass


class OneByOne(SmallStore):
    def apply(
        self,
        *,
        put: Iterable[Record] = (),
        remove: Iterable[RecordKey] = (),
        notes: Mapping[str, str] | None = None,
    ) -> int:
        for record in put:
            super().apply(put=[record])
        return super().apply(remove=remove, notes=notes)


class NotesFirst(SmallStore):
    def check(self, put: Sequence[Record], remove: Sequence[RecordKey]) -> None:
        self.notes["digest"] = "2"
        super().check(put, remove)


class FirstProblemOnly(SmallStore):
    def problems(self, put: Sequence[Record], remove: Sequence[RecordKey]) -> list[str]:
        return super().problems(put, remove)[:1]


class CountsAdditionsOnly(SmallStore):
    def step(self, put: Sequence[Record], remove: Sequence[RecordKey]) -> int:
        return 1 if any(not record.version for record in put) else 0


class CountsEverything(SmallStore):
    def step(self, put: Sequence[Record], remove: Sequence[RecordKey]) -> int:
        return 1


class OneNoteOnly(SmallStore):
    def note(self, name: str) -> str:
        return next(iter(self.notes.values()), "")


class Unordered(SmallStore):
    def find(self, query: Query) -> Sequence[Record]:
        return list(reversed(super().find(query)))


class IgnoresTypes(SmallStore):
    def find(self, query: Query) -> Sequence[Record]:
        return super().find(attrs.evolve(query, types=()))


class IgnoresReferences(SmallStore):
    def find(self, query: Query) -> Sequence[Record]:
        return super().find(attrs.evolve(query, references={}))


class RegexIsContains(SmallStore):
    def find(self, query: Query) -> Sequence[Record]:
        lookups = [
            attrs.evolve(lookup, operator=Operator.CONTAINS) if lookup.operator is Operator.REGEX else lookup
            for lookup in query.lookups
        ]
        return super().find(attrs.evolve(query, lookups=tuple(lookups)))


class NoMistakesInPatterns(SmallStore):
    def find(self, query: Query) -> Sequence[Record]:
        try:
            return super().find(query)
        except InventoryError:
            return []


class Injectable(SmallStore):
    def find(self, query: Query) -> Sequence[Record]:
        if any("'" in str(lookup.value) for lookup in query.lookups):
            query = Query()
        return super().find(query)


class Unlocked(SmallStore):
    """Let both threads read before either writes, always."""

    def __init__(self) -> None:
        super().__init__()
        self.readers = threading.Barrier(2)

    def problems(self, put: Sequence[Record], remove: Sequence[RecordKey]) -> list[str]:
        problems = super().problems(put, remove)
        if any(record.version for record in put):
            self.lock.release()
            try:
                self.readers.wait(timeout=10)
            finally:
                self.lock.acquire()
        return problems


class LosesOthersChanges(SmallStore):
    """Write back what was read before others wrote: let the first two changes meet."""

    def __init__(self) -> None:
        super().__init__()
        self.readers = threading.Barrier(2)
        self.to_meet = 2

    def step(self, put: Sequence[Record], remove: Sequence[RecordKey]) -> int:
        before = {key: record for key, record in self.records.items() if key not in {r.key for r in put}}
        if self.to_meet:
            self.to_meet -= 1
            self.lock.release()
            try:
                self.readers.wait(timeout=10)
            finally:
                self.lock.acquire()
        self.records = before | {record.key: self.stored(record) for record in put}
        return super().step(put, remove)


class ClosesOnce(SmallStore):
    closed = False

    def close(self) -> None:
        if self.closed:
            raise RuntimeError("is closed")
        self.closed = True


def run(check: str, store: SmallStore | MemoryStore) -> list[Exception]:
    """Run one check of the contract, with each of its parameters, on a store of its own for each."""
    function = getattr(StoreContract(), check)
    marks = [mark for mark in getattr(function, "pytestmark", []) if mark.name == "parametrize"]
    names, values = (marks[0].args[0], marks[0].args[1]) if marks else ("", [None])
    failures: list[Exception] = []
    for value in values:
        try:
            function(type(store)(), **({names: value} if names else {}))
        except (Exception, pytest.fail.Exception) as failure:
            failures.append(AssertionError(str(failure)))
    return failures


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("store_type", [SmallStore, MemoryStore])
def test_a_good_store_passes(store_type: type[SmallStore | MemoryStore], check: str) -> None:
    assert run(check, store_type()) == []


@pytest.mark.parametrize(
    ("store_type", "check"),
    [
        (NotEmpty, "test_is_empty_at_first"),
        (ForgetsComments, "test_gives_back_what_was_put"),
        (ForgetsNumbersTypes, "test_gives_back_the_types_of_values"),
        (ForgetsZones, "test_keeps_the_moment_a_reservation_ends"),
        (IgnoresCaseOfNames, "test_names_are_unique_within_a_type"),
        (KeepsVersions, "test_replaces_the_version_that_was_read"),
        (LastWriterWins, "test_refuses_a_change_to_an_older_version"),
        (AddsTwice, "test_refuses_to_add_what_exists"),
        (Resurrects, "test_refuses_to_replace_what_is_gone"),
        (RemovesNothing, "test_removes"),
        (RemovesAnything, "test_refuses_to_remove_what_is_not_there"),
        (ChecksNothing, "test_refuses_one_record_named_twice"),
        (ChecksNothing, "test_refuses_what_no_store_can_keep"),
        (ChecksNothing, "test_refuses_a_record_that_is_none"),
        (OneByOne, "test_changes_happen_whole_or_not_at_all"),
        (NotesFirst, "test_changes_happen_whole_or_not_at_all"),
        (FirstProblemOnly, "test_names_every_problem_of_a_change"),
        (CountsAdditionsOnly, "test_the_revision_rises_with_every_change"),
        (CountsEverything, "test_the_revision_stays_where_no_record_changes"),
        (OneNoteOnly, "test_keeps_notes"),
        (Unordered, "test_finds_in_order_of_type_and_name"),
        (IgnoresTypes, "test_finds_the_types_asked_for"),
        (IgnoresReferences, "test_finds_what_lookups_mean"),
        (RegexIsContains, "test_finds_what_lookups_mean"),
        (NoMistakesInPatterns, "test_refuses_a_regular_expression_that_is_none"),
        (Injectable, "test_values_are_never_taken_for_code"),
        (LosesOthersChanges, "test_threads_may_share_it"),
        (Unlocked, "test_one_of_several_changes_to_a_version_wins"),
        (ClosesOnce, "test_may_be_closed_twice"),
    ],
)
def test_a_broken_store_is_caught(store_type: type[SmallStore], check: str) -> None:
    assert run(check, store_type())


def test_every_check_is_shown_to_catch_something() -> None:
    parameters = test_a_broken_store_is_caught.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert {check for _, check in parameters} == set(CHECKS)
