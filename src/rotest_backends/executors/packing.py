"""Turn messages into bytes and back, the events of tests above all: a run has many of them.

Events go as plain tuples through marshal, in a fifth of the time that pickle takes; both ends are forks of one process,
so they agree on the format. Whatever marshal does not take goes through pickle, like all other messages.
"""

from __future__ import annotations

from _pickle import dumps as _pickled, loads as _unpickled
from marshal import dumps as _marshalled, loads as _unmarshalled

from rotest_core import RotestError
from rotest_core.events import EVENT_TYPES, Outcome, TestFinished

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, TypeAlias

    from rotest_core.events import Event

    Message: TypeAlias = tuple[Any, ...]
    """Its first item is a word; what the others are is said where it is sent."""

_TYPES = tuple(EVENT_TYPES.values())
_CODES = {kind: code for code, kind in enumerate(_TYPES)}
_OUTCOMES = tuple(Outcome)
_PLACES = {outcome: place for place, outcome in enumerate(_OUTCOMES)}
_FINISHED = -1
_EVENTS, _MESSAGE = b"e", b"m"
_new: Any = getattr(tuple, "__new__")  # noqa: B009 - to type checkers it is of no type that they know


def pack(message: Message) -> bytes:
    """Turn a message into bytes.

    Raises:
        RotestError: it holds something that cannot be sent to another process.
    """
    try:
        return _MESSAGE + _pickled(message, 5)
    except Exception as error:  # pickle raises whatever the objects raise
        raise RotestError(
            f"this cannot be sent to another process: {type(error).__name__}: {error}; what a worker is handed, and "
            "what it asks for, must be importable by name (no classes or functions made inside of a function)"
        ) from error


def pack_events(events: Sequence[Event]) -> bytes:
    """Turn ``("events", events)`` into bytes."""
    plain: list[tuple[Any, ...]] = []
    for event in events:
        if type(event) is TestFinished and event.cause is None:
            time, test, outcome, duration, _ = event
            plain.append((_FINISHED, time, test, _PLACES[outcome], duration))
        else:
            plain.append((_CODES[type(event)], *event))
    try:
        return _EVENTS + _marshalled(plain)
    except ValueError:  # a subclass of str, for instance
        return pack(("events", events))


def unpack(body: bytes) -> Message:
    """Turn bytes into the message that they were."""
    if body[:1] == _MESSAGE:
        message: Message = _unpickled(body[1:])
        return message
    events: list[Event] = []
    for code, *fields in _unmarshalled(body[1:]):
        if code == _FINISHED:
            time, test, outcome, duration = fields
            events.append(_new(TestFinished, (time, test, _OUTCOMES[outcome], duration, None)))
        else:
            events.append(_new(_TYPES[code], fields))
    return ("events", events)
