"""Say why no record can serve a request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from rotest_core.errors import did_you_mean
from rotest_core.model.lookup import Lookup, Operator, Query
from rotest_core.model.matching import satisfies
from rotest_core.model.record import Record
from rotest_core.model.request import Request
from rotest_core.plugin.protocols.store import Store

_SHOWN = 10
"""How many records are named one by one."""


def explain(request: Request[Any], store: Store, reason: Callable[[Record], str]) -> str:
    """Say which condition of a request excludes how many records, and why those left cannot serve.

    Args:
        request: what was asked for.
        store: where the records are.
        reason: says in words why a record that satisfies the lookups cannot serve; nothing if it can.
    """
    query = request.query()
    records = store.find(Query(types=query.types))
    kept = [
        sum(satisfies(record, lookup, query.references, store.get) for record in records)
        for lookup in query.lookups
    ]
    lines = list(_conditions(query, kept, records)) if records else [_nothing_of_type(query, store)]
    left = [
        record
        for record in records
        if all(satisfies(record, lookup, query.references, store.get) for lookup in query.lookups)
    ]
    if records and not left and all(kept):
        lines.append("no record satisfies all conditions at once")
    reasons = {record.key: reason(record) for record in left}
    able = [str(key) for key, why in reasons.items() if not why]
    if able:
        lines.append(f"can serve: {_some(able)}")
    lines.extend(f"{key} is {why}" for key, why in list(reasons.items())[:_SHOWN] if why)
    if len(reasons) > _SHOWN:
        lines.append(f"and {len(reasons) - _SHOWN} more")
    return "\n  ".join((f"{request}:" if able else f"no record can serve {request}:", *lines))


def _conditions(query: Query, kept: Sequence[int], records: Sequence[Record]) -> Iterator[str]:
    for lookup, left in zip(query.lookups, kept, strict=True):
        yield f"{lookup} excludes {len(records) - left} of {_count(len(records))}{_hint(lookup, left, records)}"


def _hint(lookup: Lookup, kept: int, records: Iterable[Record]) -> str:
    """Give the near names, when a name is asked for that no record has."""
    if kept or lookup.path != ("name",) or lookup.operator is not Operator.EXACT:
        return ""
    return did_you_mean(str(lookup.value), [record.name for record in records])


def _nothing_of_type(query: Query, store: Store) -> str:
    counts = Counter(record.type for record in store.find(Query()))
    wanted = " or ".join(query.types)
    if not counts:
        return f"no record of type {wanted} exists: the inventory is empty; see `rotest resources add --help`"
    known = _some([f"{name} ({count})" for name, count in sorted(counts.items())])
    return f"no record of type {wanted} exists; types with records are: {known}"


def _count(number: int) -> str:
    return f"{number} record{'' if number == 1 else 's'}"


def _some(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return ", ".join(texts[:_SHOWN]) + more
