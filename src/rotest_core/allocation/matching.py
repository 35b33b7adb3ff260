"""Decide whether a record that satisfies a request's lookups can serve it, and what must be had with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from rotest_core.errors import PlanError, RecordError
from rotest_core.model.record import Record, RecordKey
from rotest_core.model.request import Request
from rotest_core.model.resource_data import ResourceData, references, structure, subclasses, subtypes
from rotest_core.plugin.protocols.locks import Candidate, Part


def reservation(record: Record, user: str, now: datetime) -> str:
    """Say for whom a record is reserved, when that is somebody else and has not ended.

    Args:
        record: the record.
        user: who asks.
        now: the present moment.
    """
    until = record.reserved_until
    if not record.reserved_for or record.reserved_for == user or (until is not None and until <= now):
        return ""
    end = f"until {until:%Y-%m-%d %H:%M %Z}" if until else "without end"
    return f"reserved for {record.reserved_for} {end}"


class Judge:
    """Judge records for one request of one user at one moment.

    Args:
        request: what is asked for.
        user: who asks.
        now: the present moment.
        get: gives the record of a key, or None.
    """

    def __init__(
        self, request: Request[Any], user: str, now: datetime, get: Callable[[RecordKey], Record | None]
    ) -> None:
        self._request = request
        self._user = user
        self._now = now
        self._get = get
        self._asks_predicate = request.has_predicate
        data_type: type[ResourceData] | None = request.resource.data_type()
        self._data_types = {} if data_type is None else _by_name(data_type)

    def judge(self, record: Record) -> Candidate | str:
        """Return the candidate that a record makes, or in words why it makes none; lookups are not asked again.

        Raises:
            PlanError: the predicate raised.
        """
        problem = self._standing(record)
        if problem:
            return problem
        data_type = self._data_types.get(record.type)
        if data_type is None:
            return f"of type {record.type}, which no loaded module declares"
        parts: dict[RecordKey, Part] = {}
        problem = self._gather(record, data_type, parts, record.key)
        if not problem and self._asks_predicate:
            problem = self._ask_predicate(record, data_type)
        return problem or Candidate(record.key, record.capacity, tuple(parts.values()))

    def why_not(self, record: Record) -> str:
        """Say in words why a record cannot serve; nothing if it can."""
        judgement = self.judge(record)
        return judgement if isinstance(judgement, str) else ""

    def _standing(self, record: Record) -> str:
        if not record.usable:
            return f"marked unusable: {record.unusable_reason}".rstrip(": ")
        return reservation(record, self._user, self._now)

    def _gather(
        self, record: Record, data_type: type[ResourceData], parts: dict[RecordKey, Part], whole: RecordKey
    ) -> str:
        """Add the records that a record refers to, and those that they refer to; say what is wrong with one."""
        for field, wanted in references(data_type).items():
            name = record.fields.get(field)
            if not isinstance(name, str):
                continue
            part = self._resolve(wanted, name)
            if part is None:
                return f"without a part: no {' or '.join(subtypes(wanted))} has the name of its {field}, {name!r}"
            if part.key == whole:
                return f"part of itself, by the {field} of {record.key}"
            if part.key in parts:
                continue
            problem = self._standing(part)
            if problem:
                return f"without a part: its {field}, {part.key}, is {problem}"
            parts[part.key] = Part(part.key, part.capacity)
            problem = self._gather(part, _by_name(wanted)[part.type], parts, whole)
            if problem:
                return problem
        return ""

    def _ask_predicate(self, record: Record, data_type: type[ResourceData]) -> str:
        try:
            data = structure(data_type, record, self._get)
        except RecordError as error:
            return f"not fit for its type: {error}"
        try:
            return "" if self._request.accepts(data) else "refused by the request's predicate"
        except Exception as error:
            raise PlanError(f"{self._request}: its predicate raised for {record.key}: {error!r}") from error

    def _resolve(self, data_type: type[ResourceData], name: str) -> Record | None:
        for type_name in subtypes(data_type):
            record = self._get(RecordKey(type_name, name))
            if record is not None:
                return record
        return None


def _by_name(data_type: type[ResourceData]) -> dict[str, type[ResourceData]]:
    """Return a data type and its subclasses by type name; of a module loaded twice, the newest."""
    return {found.type_name(): found for found in subclasses(data_type)}
