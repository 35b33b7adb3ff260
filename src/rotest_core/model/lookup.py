"""Field lookups: the conditions that a request puts on a record.

A lookup is spelled ``path__operator=value``: the path is a field, or fields joined by ``__`` that lead
through references to other records (``power__port``); the operator is one of :data:`OPERATORS` and may be
left out for ``exact``. The spelling is the one that users of Django's query sets and of Rotest 8 know.
"""

from __future__ import annotations

import enum
from typing import Any

import attrs


class Operator(enum.StrEnum):
    """How a field's value is compared with the value of a lookup."""

    EXACT = "exact"
    IEXACT = "iexact"
    NE = "ne"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    IN = "in"
    RANGE = "range"
    CONTAINS = "contains"
    ICONTAINS = "icontains"
    STARTSWITH = "startswith"
    ISTARTSWITH = "istartswith"
    ENDSWITH = "endswith"
    IENDSWITH = "iendswith"
    REGEX = "regex"
    IREGEX = "iregex"
    ISNULL = "isnull"


OPERATORS: frozenset[str] = frozenset(Operator)


@attrs.frozen
class Lookup:
    """Put one condition on a record.

    Args:
        path: field names from the record's own field through references: ``("power", "port")``.
        operator: how to compare.
        value: what to compare with, already converted to the field's type, as a JSON value (a list for `in`,
            a pair for `range`, a boolean for `isnull`).
    """

    path: tuple[str, ...]
    operator: Operator
    value: Any

    def __str__(self) -> str:
        operator = "" if self.operator is Operator.EXACT else f"__{self.operator}"
        return f"{'__'.join(self.path)}{operator}={self.value!r}"


@attrs.frozen(kw_only=True)
class Query:
    """Ask a store for records.

    Args:
        types: the type names that match (a type and its subclasses); empty for all.
        lookups: conditions that must all hold.
        references: for each reference that a lookup's path goes through, the type names it may lead to: maps
            ``("power",)`` to ``("PowerSupply",)``.
    """

    types: tuple[str, ...] = ()
    lookups: tuple[Lookup, ...] = ()
    references: dict[tuple[str, ...], tuple[str, ...]] = attrs.field(
        factory=dict[tuple[str, ...], tuple[str, ...]]
    )
