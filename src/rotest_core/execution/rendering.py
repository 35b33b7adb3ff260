"""Read the events of a past run, and hand them to output handlers as if it ran now.

What can be read is read: a last line that a crash cut short, an event or a field that only a newer version knows, a
line that something else wrote: each is told, with its line, and the rest goes on.
"""

from __future__ import annotations

import json
import types
import typing
from typing import TYPE_CHECKING, NamedTuple, cast

from rotest_core.errors import UsageError
from rotest_core.events import EVENT_TYPES, SCHEMA, RunStarted

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TextIO

    from rotest_core.events import Event
    from rotest_core.plugin.protocols.handler import OutputHandler


LONGEST = 1 << 28
"""Characters of a line that are read; what an event holds is bounded by less."""


class LogProblem(NamedTuple):
    """Tell what could not be read of an event log.

    Args:
        path: the log.
        line: the line, from 1.
        text: what is wrong with it.
    """

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


def read_events(
    path: str | os.PathLike[str], *, on_problem: Callable[[LogProblem], None] | None = None
) -> Iterator[Event]:
    """Yield the events of a log, as much as can be read of it.

    Args:
        path: an ``events.jsonl``.
        on_problem: is told of each line that is left out, of a newer schema, and of fields nobody knows (once for
            each field).

    Raises:
        UsageError: there is no such file, or it cannot be opened.
    """
    reader = EventReader(str(path), on_problem or (lambda problem: None))
    try:
        # Whatever bytes a crash or a foreign program left: they make a line that does not parse, not an error here.
        log = open(path, encoding="utf-8", errors="surrogateescape", newline="\n")  # noqa: SIM115
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    with log:
        for number, line in enumerate(_lines(log), 1):
            event = reader.read(number, line)
            if event is not None:
                yield event


def _lines(log: TextIO) -> Iterator[str]:
    """Yield the lines of a file, each as far as it may be the line of an event: a foreign file may be a single one."""
    while line := log.readline(LONGEST):
        yield line
        while len(line) == LONGEST and not line.endswith("\n"):
            line = log.readline(LONGEST)


class EventReader:
    """Turn lines into events, and remember what was already told."""

    def __init__(self, path: str, on_problem: Callable[[LogProblem], None]) -> None:
        self._path = path
        self._on_problem = on_problem
        self._line = 0
        self._told: set[str] = set()

    def read(self, number: int, line: str) -> Event | None:
        self._line = number
        if not line.strip():
            return None
        try:
            values = json.loads(line)
        except (ValueError, RecursionError):
            self._tell("not JSON, left out" if line.endswith("\n") else "cut short, left out")
            return None
        if not isinstance(values, dict):
            self._tell("no event, left out")
            return None
        return self._event(cast("dict[str, object]", values))

    def _tell(self, text: str) -> None:
        self._on_problem(LogProblem(self._path, self._line, text))

    def _tell_once(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._tell(text)

    def _event(self, values: dict[str, object]) -> Event | None:
        name = values.pop("event", None)
        event_type = EVENT_TYPES.get(name) if isinstance(name, str) else None
        if event_type is None:
            self._tell_once(f"unknown event {name!r}, left out" if name is not None else "no event, left out")
            return None
        if event_type is RunStarted:
            self._check_schema(values)
        fields = _fields(event_type)
        given: dict[str, object] = {}
        for field, value in values.items():
            convert = fields.get(field)
            if convert is None:
                self._tell_once(f"unknown field {name}.{field}, left out")
                continue
            try:
                given[field] = convert(value)
            except (TypeError, ValueError, OverflowError):
                self._tell(
                    f"{name}.{field} is {_shortened(value)}, which it cannot be; the event is left out"
                )
                return None
        missing = [
            field for field in fields if field not in given and field not in event_type._field_defaults
        ]
        if missing:
            self._tell(f"{name} lacks {', '.join(missing)}; it is left out")
            return None
        return event_type(**given)  # type: ignore[arg-type]  # each was just converted to its field's type

    def _check_schema(self, values: dict[str, object]) -> None:
        schema = values.get("schema")
        if isinstance(schema, int) and schema > SCHEMA:
            self._tell(
                f"written by a newer version (schema {schema}, known here: {SCHEMA}); the rest may lack things"
            )


def _shortened(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


_FIELDS: dict[type[Event], dict[str, Callable[[object], object]]] = {}


def _fields(event_type: type[Event]) -> dict[str, Callable[[object], object]]:
    """Return what converts each field of an event from JSON; made once for each type."""
    if event_type not in _FIELDS:
        hints = typing.get_type_hints(event_type)
        _FIELDS[event_type] = {field: _converter(hints[field]) for field in event_type._fields}
    return _FIELDS[event_type]


def _converter(hint: object) -> Callable[[object], object]:
    """Return a function that checks and converts a JSON value, raising TypeError or ValueError."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is types.UnionType and type(None) in arguments:
        (other,) = (argument for argument in arguments if argument is not type(None))
        convert = _converter(other)
        return lambda value: None if value is None else convert(value)
    if origin is types.UnionType:
        return _any_of([_converter(argument) for argument in arguments])
    if origin is tuple and arguments[-1] is Ellipsis:
        each = _converter(arguments[0])
        return lambda value: tuple(each(item) for item in _list(value))
    if origin is tuple:
        return _fixed_tuple([_converter(argument) for argument in arguments])
    if hint is float:
        return _float
    if hint is int or hint is str or hint is bool:
        return lambda value: _exactly(hint, value)
    # What is left are the enumerations, whose call converts and raises ValueError.
    return cast("Callable[[object], object]", hint)


def _any_of(converters: Sequence[Callable[[object], object]]) -> Callable[[object], object]:
    def convert(value: object) -> object:
        for each in converters:
            try:
                return each(value)
            except TypeError:
                continue
        raise TypeError

    return convert


def _fixed_tuple(converters: Sequence[Callable[[object], object]]) -> Callable[[object], object]:
    def convert(value: object) -> object:
        items = _list(value)
        return tuple(each(item) for each, item in zip(converters, items, strict=True))

    return convert


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError
    return cast("list[object]", value)


def _float(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return float(value)


def _exactly(kind: type[object], value: object) -> object:
    if type(value) is not kind:
        raise TypeError
    return value


def render(
    events: Iterable[Event],
    handlers: Sequence[tuple[str, OutputHandler]],
    *,
    on_failure: Callable[[str, Exception], None],
) -> None:
    """Hand events to handlers, in order, and close them; one that raises is left out from then on.

    Args:
        events: of one run.
        handlers: each with its name.
        on_failure: is told the name of a handler that raised, and what it raised.
    """
    working = list(handlers)
    for event in events:
        for named in tuple(working):
            try:
                named[1].handle(event)
            except Exception as error:
                working.remove(named)
                on_failure(named[0], error)
    for name, handler in working:
        try:
            handler.close()
        except Exception as error:
            on_failure(name, error)
