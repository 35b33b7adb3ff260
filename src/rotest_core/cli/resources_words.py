"""Records and values as they are spelled on a command line."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from rotest_core.errors import InventoryError, UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rotest_core.allocation.inventory import Inventory
    from rotest_core.model.lookup import Query
    from rotest_core.model.record import Record
    from rotest_core.model.resource_data import ResourceData

NAME_HELP = "NAME, or TYPE/NAME where several types have a record of that name"

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d|w)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def assignments(words: Sequence[str]) -> dict[str, str]:
    """Split ``field=value`` words.

    Raises:
        UsageError: a word has no equals sign, or a field stands twice.
    """
    values: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise UsageError(f"{word!r} is not of the form FIELD=VALUE")
        if key in values:
            raise UsageError(f"{key!r} is given twice")
        values[key] = value
    return values


def find_record(inventory: Inventory, spelled: str) -> Record:
    """Find the record that ``NAME`` or ``TYPE/NAME`` means.

    Raises:
        InventoryError: no record has that name, with the near ones; or several have.
    """
    from rotest_core.model.lookup import Lookup, Operator, Query
    from rotest_core.model.record import RecordKey

    type_name, slash, name = spelled.partition("/")
    if slash:
        record = inventory.store.get(RecordKey(type_name, name))
        if record is not None:
            return record
    found = inventory.store.find(Query(lookups=(Lookup(("name",), Operator.EXACT, spelled),)))
    if len(found) == 1:
        return found[0]
    if found:
        keys = ", ".join(str(record.key) for record in found)
        raise InventoryError(f"{len(found)} records have the name {spelled!r}: {keys}; say which")
    every = inventory.store.find(Query())
    known = [*(record.name for record in every), *(str(record.key) for record in every)]
    raise InventoryError(f"there is no record {spelled!r}{did_you_mean(spelled, known)}")


def make_list_query(words: Sequence[str]) -> Query:
    """Make the query of ``[TYPE] [LOOKUP=VALUE ...]``.

    Raises:
        UsageError: a word is neither the type, coming first, nor a lookup; or lookups do not fit the type.
        PlanError: lookups ask for the fields of a type that is not declared.
    """
    import attrs

    from rotest_core.model.catalogue import data_type
    from rotest_core.model.lookup import Query
    from rotest_core.model.query import make_query
    from rotest_core.model.resource_data import ResourceData

    type_name = _type_of(words)
    lookups = assignments(words[1:] if type_name else words)
    if type_name and not lookups:
        return _query_of_type(type_name)
    declared: type[ResourceData] = data_type(type_name) if type_name else ResourceData
    query, problems = make_query(declared, lookups, text=True)
    if problems:
        hint = "" if type_name else "\n  without a TYPE, only what every record has can be asked for"
        raise UsageError("\n  ".join(("some lookups do not fit", *problems)) + hint)
    return query if type_name else Query(lookups=attrs.evolve(query, types=()).lookups)


def check_type(words: Sequence[str]) -> None:
    """Reject a type that no module declares, where no record of it was found either.

    Raises:
        PlanError: the nearest names are named.
    """
    from rotest_core.model.catalogue import data_type

    if _type_of(words):
        data_type(_type_of(words))


def record_as_json(record: Record) -> dict[str, Any]:
    """Return a record as JSON values."""
    import attrs

    values = attrs.asdict(record, recurse=False)
    until = record.reserved_until
    return values | {"reserved_until": until.isoformat() if until else None, "fields": dict(record.fields)}


def moment(spelled: str, now: datetime) -> datetime:
    """Read a moment: a time to come (``2h``, ``3d``), or a date with or without a time of day.

    Args:
        spelled: a moment without a zone is meant in the local one.
        now: the present moment.

    Raises:
        UsageError: it is neither.
    """
    duration = _DURATION.fullmatch(spelled.strip())
    try:
        if duration:
            return now + timedelta(**{_UNITS[duration[2]]: float(duration[1])})
        return datetime.fromisoformat(spelled).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f"{spelled!r} is no end of a reservation: write 90m, 2h, 3d, 1w, 2030-12-31 or 2030-12-31T18:00"
        ) from None


def _type_of(words: Sequence[str]) -> str:
    return words[0] if words and "=" not in words[0] else ""


def _query_of_type(type_name: str) -> Query:
    """Make a query for all of a type, and of its subclasses if the type is declared."""
    from rotest_core.errors import PlanError
    from rotest_core.model.catalogue import data_type
    from rotest_core.model.lookup import Query
    from rotest_core.model.resource_data import subtypes

    try:
        return Query(types=subtypes(data_type(type_name)))
    except PlanError:
        return Query(types=(type_name,))
