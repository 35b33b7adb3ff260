"""References between records: those that lead nowhere, and those that would."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rotest_core.model.catalogue import data_type, data_types
from rotest_core.model.lookup import Lookup, Operator, Query
from rotest_core.model.record import Record, RecordKey
from rotest_core.model.resource_data import references, subtypes
from rotest_core.plugin.protocols.store import Store


def broken_references(record: Record, exists: Callable[[RecordKey], bool]) -> Iterator[str]:
    """Name each reference of a record to one that does not exist.

    Args:
        record: its type must be declared.
        exists: tells whether there is a record of a key.
    """
    for field, wanted in references(data_type(record.type)).items():
        name = record.fields.get(field)
        if isinstance(name, str) and not any(exists(RecordKey(kind, name)) for kind in subtypes(wanted)):
            yield f"{field}: there is no {' or '.join(subtypes(wanted))} {name!r}"


def referring_records(records: Sequence[Record], store: Store) -> Iterator[str]:
    """Name the records that refer to some records and are not among them."""
    keys = {record.key for record in records}
    for declared in data_types().values():
        for field, wanted in references(declared).items():
            names = [record.name for record in records if record.type in subtypes(wanted)]
            if not names:
                continue
            lookup = Lookup((field,), Operator.IN, names)
            for whole in store.find(Query(types=(declared.type_name(),), lookups=(lookup,))):
                if whole.key not in keys:
                    yield f"{whole.key} refers to {whole.fields[field]} as its {field}"
