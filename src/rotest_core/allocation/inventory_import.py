"""Put the records of an inventory file into the store, once or every time that the file has changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from rotest_core.allocation.inventory_files import parse_rows, read_bytes
from rotest_core.allocation.inventory_references import broken_references
from rotest_core.allocation.inventory_rows import Row, at
from rotest_core.errors import InventoryError, PlanError
from rotest_core.model.catalogue import data_type
from rotest_core.model.lookup import Query
from rotest_core.model.record import Record, RecordKey
from rotest_core.model.resource_data import ResourceData, data_fields
from rotest_core.plugin.protocols.store import Store

_ATTEMPTS = 20
"""How often a change is worked out anew because somebody else changed the same records meanwhile."""


class Imported(NamedTuple):
    """Say what became of the inventory.

    Args:
        added: keys that were not there before.
        changed: keys of records that are different now.
        unchanged: keys of records that were so already.
        removed: keys that are no longer there.
        kept: keys that should go, but are leased: the next synchronisation tries again.
    """

    added: tuple[RecordKey, ...] = ()
    changed: tuple[RecordKey, ...] = ()
    unchanged: tuple[RecordKey, ...] = ()
    removed: tuple[RecordKey, ...] = ()
    kept: tuple[RecordKey, ...] = ()


def import_file(store: Store, path: Path, *, replace: bool = False) -> Imported:
    """Add the records of a file, all or none.

    Args:
        store: the inventory.
        path: the file.
        replace: whether records that exist already are changed to what the file says; else they must be so already.

    Raises:
        InventoryError: some rows are bad, or some records exist; each with its line. Then nothing was changed.
    """
    rows = parse_rows(path, read_bytes(path))

    def plan() -> _Plan:
        put: list[Record] = []
        outcome = _Sorter()
        problems: list[str] = []
        for row in rows:
            existing = store.get(row.record.key)
            merged = row.merged(existing, origin=existing.origin if existing else "")
            if outcome.sort(existing, merged):
                put.append(merged)
                if existing is not None and not replace:
                    problems.append(
                        f"{at(row.line)}{existing.key}: exists already, and differs; --replace changes it"
                    )
        problems.extend(_broken_references(rows, store))
        return _Plan(put, [], {}, outcome.result(), problems)

    return _carry_out(store, path, plan)


def synchronise(
    store: Store, path: Path, *, root: Path, leased: Callable[[], Collection[RecordKey]] = tuple
) -> Imported | None:
    """Make the inventory follow a file: add, change and remove what came from it, all or nothing.

    Records that were added by themselves and stand in the file follow it from now on; those that it does not name
    are left alone. A record that left the file goes, unless it is leased: then a later synchronisation removes it.
    Whether a record is usable or reserved changes only where its row says so. Costs one look at the file and one at
    the store where nothing changed since the last time.

    Args:
        store: the inventory.
        path: the file; a relative one is meant from `root`.
        root: the project's directory; in the store, a file inside of it is known by its path from there.
        leased: gives the keys of the records that are in use; asked only when some record is to go.

    Returns:
        What changed, or None when the file is as it was the last time.

    Raises:
        InventoryError: some rows are bad, or follow another file; each with its line. Then nothing was changed.
    """
    path = root / path
    content = read_bytes(path)
    origin = os.path.relpath(path, root) if path.is_relative_to(root) else str(path)
    note = f"inventory file {origin}"
    known_digest, _, known_types = store.note(note).partition(" ")
    if known_digest and known_digest == _digest(content, filter(None, known_types.split(","))):
        return None
    rows = parse_rows(path, content)
    types = sorted({row.record.type for row in rows})
    digest = f"{_digest(content, types)} {','.join(types)}"

    def plan() -> _Plan:
        planned = _plan_following(store, rows, origin, leased)
        # Without the digest, the next synchronisation looks again.
        return planned._replace(notes={note: "" if planned.result.kept else digest})

    return _carry_out(store, path, plan)


class _Plan(NamedTuple):
    """Hold what is to be done, as worked out from one state of the store."""

    put: list[Record]
    remove: list[RecordKey]
    notes: dict[str, str]
    result: Imported
    problems: list[str]


class _Sorter:
    """Sort records by what becomes of them."""

    def __init__(self) -> None:
        self._added: list[RecordKey] = []
        self._changed: list[RecordKey] = []
        self._unchanged: list[RecordKey] = []

    def sort(self, existing: Record | None, merged: Record) -> bool:
        """Take one record in; tell whether it must be stored."""
        if existing is None:
            self._added.append(merged.key)
        elif existing != merged:
            self._changed.append(merged.key)
        else:
            self._unchanged.append(merged.key)
        return existing != merged

    def result(self) -> Imported:
        return Imported(tuple(self._added), tuple(self._changed), tuple(self._unchanged))


def _plan_following(
    store: Store, rows: Sequence[Row], origin: str, leased: Callable[[], Collection[RecordKey]]
) -> _Plan:
    """Work out what makes the store's records of one origin those of its rows."""
    put: list[Record] = []
    outcome = _Sorter()
    problems: list[str] = []
    for row in rows:
        existing = store.get(row.record.key)
        if existing is not None and existing.origin not in ("", origin):
            problems.append(f"{at(row.line)}{existing.key}: follows another file already, {existing.origin}")
            continue
        merged = row.merged(existing, origin=origin)
        if outcome.sort(existing, merged):
            put.append(merged)
    problems.extend(_broken_references(rows, store))
    named = {row.record.key for row in rows}
    left = [r.key for r in store.find(Query()) if r.origin == origin and r.key not in named]
    in_use = frozenset(leased()) if left else frozenset[RecordKey]()
    remove = tuple(key for key in left if key not in in_use)
    kept = tuple(key for key in left if key in in_use)
    return _Plan(put, list(remove), {}, outcome.result()._replace(removed=remove, kept=kept), problems)


def _carry_out(store: Store, path: Path, plan: Callable[[], _Plan]) -> Imported:
    """Work a change out and make it; again from the start when others changed the same records meanwhile."""
    attempts = 0
    while True:
        planned = plan()
        if planned.problems:
            raise InventoryError(f"{path}: nothing was imported", planned.problems)
        if not (planned.put or planned.remove or planned.notes):
            return planned.result
        try:
            store.apply(put=planned.put, remove=planned.remove, notes=planned.notes)
        except InventoryError:
            attempts += 1
            if attempts == _ATTEMPTS:
                raise
        else:
            return planned.result


def _broken_references(rows: Sequence[Row], store: Store) -> Iterable[str]:
    """Name each reference to a record that is neither in the file nor in the store."""
    named = {row.record.key for row in rows}
    for row in rows:
        for problem in broken_references(row.record, lambda key: key in named or store.get(key) is not None):
            yield f"{at(row.line)}{row.record.key}: {problem}"


def _digest(content: bytes, types: Iterable[str]) -> str:
    """Identify a file's content as the declared types read it: a new default changes records, too."""
    from hashlib import sha256

    digest = sha256(content)
    for name in types:
        digest.update(f"\n{name}({_signature(name)})".encode())
    return digest.hexdigest()


def _signature(type_name: str) -> str:
    try:
        declared: type[ResourceData] = data_type(type_name)
    except PlanError:
        return ""
    return ", ".join(
        f"{field.name}: {field.type} = {_default(field.attribute.default)}"
        for field in data_fields(declared).values()
    )


def _default(default: object) -> str:
    # The text of a factory, or of most objects, holds an address: it would differ in each process.
    return (
        repr(default)
        if default is None or isinstance(default, (bool, int, float, str))
        else type(default).__name__
    )
