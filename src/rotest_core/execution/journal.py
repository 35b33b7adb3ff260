"""Append the events of a run to its ``events.jsonl``, one line each, as they happen.

Each line is written by one system call, straight to the file: what a handler saw is in the kernel's hands and
outlives a ``kill -9`` of this process. Lines are ASCII; characters beyond it, lone surrogates and control
characters are written as JSON escapes, so any text survives.
"""

from __future__ import annotations

import fcntl
import os
from _json import encode_basestring_ascii  # json itself would cost two milliseconds at every start
from contextlib import suppress

from rotest_core.events import (
    ResourceKept,
    ResourceLeased,
    ResourceReleased,
    ResourceStep,
    SetupFinished,
    TeardownStarted,
    TestFinished,
    TestStarted,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from rotest_core.events import Event

FILE_NAME = "events.jsonl"

_KEPT = ',"kept":true'


class Journal:
    """Write events to a file.

    A file that takes no more (a full disk, a quota) stops the journal, never the run: see `problem`.

    Args:
        path: the file; appended to when it exists.

    Raises:
        OSError: the file cannot be opened.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.problem: str = ""
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
        # Marks the run's directory as in use: see `workdir.prune`. Some network file systems know no locks.
        with suppress(OSError):
            fcntl.flock(self._file, fcntl.LOCK_SH | fcntl.LOCK_NB)

    def write(self, *events: Event) -> None:
        """Append events by one system call; after a failure this does nothing."""
        if self._file < 0 or not events:
            return
        if len(events) == 2:  # most often: the end of one test and the start of the next
            lines = (encode(events[0]) + encode(events[1])).encode("ascii")
        else:
            lines = "".join([encode(event) for event in events]).encode("ascii")
        try:
            if os.write(self._file, lines) != len(lines):
                raise OSError("no space left for a whole line")
        except OSError as error:
            self.problem = f"{self.path} ends early: {error.strerror or error}"
            self.close()

    def close(self) -> None:
        """Close the file; may be called twice."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def encode(event: Event) -> str:
    """Write an event as one line of JSON: ``{"event": "<TypeName>", "<field>": ...}``.

    Fields that have their default are left out, but for the schema: who reads the line knows the defaults.
    """
    quick = _QUICK.get(type(event))
    line = None if quick is None else quick(event)
    return encode_any(event) if line is None else line


def encode_any(event: Event) -> str:
    """Write an event of whatever type as `encode` does."""
    parts: list[str] = []
    for (key, default), value in zip(_FIELDS[type(event)], event, strict=True):
        if value != default:
            parts += (key, _ENCODERS[type(value)](value))
    parts.append("}\n")
    return "".join(parts)


# These are written for every test, or for every test with resources: what json.dumps takes six microseconds for, these
# do in one. Where a field has an unusual value they leave the event to others: what is infinite, or no number, less
# itself is no number, which is true.


def _test_started(event: TestStarted) -> str | None:
    time, test, group, name, identifier, kind, tags, description, worker, attempt = event
    if attempt != 1 or tags or description:
        return None
    told = "" if kind == "case" else f',"kind":{encode_basestring_ascii(kind)}'
    if worker:
        told += f',"worker":{encode_basestring_ascii(worker)}'
    return (
        f'{{"event":"TestStarted","time":{time!r},"test":{test},"group":{"null" if group is None else group},'
        f'"name":{encode_basestring_ascii(name)},"id":{encode_basestring_ascii(identifier)}{told}}}\n'
    )


def _test_finished(event: TestFinished) -> str | None:
    time, test, outcome, duration, cause = event
    if cause is not None or duration - duration:
        return None
    return (
        f'{{"event":"TestFinished","time":{time!r},"test":{test},'
        f'"outcome":{encode_basestring_ascii(outcome)},"duration":{duration!r}}}\n'
    )


def _setup_finished(event: SetupFinished) -> str:
    return f'{{"event":"SetupFinished","time":{event[0]!r},"test":{event[1]}}}\n'


def _teardown_started(event: TeardownStarted) -> str:
    return f'{{"event":"TeardownStarted","time":{event[0]!r},"test":{event[1]}}}\n'


def _resource_leased(event: ResourceLeased) -> str | None:
    time, test, request, kind, name, token, waited, dirty, kept = event
    if dirty or waited - waited:
        return None
    return (
        f'{{"event":"ResourceLeased","time":{time!r},"test":{test},"request":{encode_basestring_ascii(request)},'
        f'"type":{encode_basestring_ascii(kind)},"name":{encode_basestring_ascii(name)},'
        f'"token":{token},"waited":{waited!r}{_KEPT if kept else ""}}}\n'
    )


def _resource_kept(event: ResourceKept) -> str:
    time, test, request, kind, name = event
    return (
        f'{{"event":"ResourceKept","time":{time!r},"test":{test},"request":{encode_basestring_ascii(request)},'
        f'"type":{encode_basestring_ascii(kind)},"name":{encode_basestring_ascii(name)}}}\n'
    )


def _resource_step(event: ResourceStep) -> str | None:
    time, test, resource, step, duration, error = event
    if error or duration - duration:
        return None
    return (
        f'{{"event":"ResourceStep","time":{time!r},"test":{test},"resource":{encode_basestring_ascii(resource)},'
        f'"step":{encode_basestring_ascii(step)},"duration":{duration!r}}}\n'
    )


def _resource_released(event: ResourceReleased) -> str | None:
    time, test, request, kind, name, dirty = event
    if dirty:
        return None
    return (
        f'{{"event":"ResourceReleased","time":{time!r},"test":{test},"request":{encode_basestring_ascii(request)},'
        f'"type":{encode_basestring_ascii(kind)},"name":{encode_basestring_ascii(name)}}}\n'
    )


_QUICK: dict[type, Callable[[Any], str | None]] = {
    TestStarted: _test_started,
    TestFinished: _test_finished,
    SetupFinished: _setup_finished,
    TeardownStarted: _teardown_started,
    ResourceLeased: _resource_leased,
    ResourceStep: _resource_step,
    ResourceKept: _resource_kept,
    ResourceReleased: _resource_released,
}


class _Fields(dict["type[Event]", tuple[tuple[str, object], ...]]):
    """Look up, for each field of an event, what stands before its value, and its default; found once and kept."""

    def __missing__(self, event_type: type[Event]) -> tuple[tuple[str, object], ...]:
        keys = [f',"{field}":' for field in event_type._fields]
        keys[0] = f'{{"event":"{event_type.__name__}"{keys[0]}'
        defaults = {**event_type._field_defaults, "schema": _NONE}
        found = [
            (key, defaults.get(field, _NONE)) for key, field in zip(keys, event_type._fields, strict=True)
        ]
        self[event_type] = tuple(found)
        return self[event_type]


def _number(value: float) -> str:
    # JSON has no infinity; Python's reader and JavaScript's call it this, and not a number NaN.
    if value - value != 0:
        return {float("inf"): "Infinity", float("-inf"): "-Infinity"}.get(value, "NaN")
    return float.__repr__(value)


def _sequence(values: Sequence[object]) -> str:
    return f"[{','.join([_ENCODERS[type(value)](value) for value in values])}]"


class _Encoders(dict[type, "Callable[[Any], str]"]):
    """Look encoders up by type; that of a subclass (a StrEnum, a named tuple) is found once and kept."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        for base in kind.__mro__:
            if base in self:
                self[kind] = self[base]
                return self[base]
        raise TypeError(f"an event holds text, numbers, booleans and tuples of them, not {kind.__qualname__}")


_NONE = object()
_FIELDS = _Fields()
_ENCODERS = _Encoders()
_ENCODERS[str] = encode_basestring_ascii
_ENCODERS[float] = _number
_ENCODERS[int] = int.__repr__
_ENCODERS[bool] = {True: "true", False: "false"}.__getitem__
_ENCODERS[type(None)] = {None: "null"}.__getitem__
_ENCODERS[tuple] = _sequence
_ENCODERS[list] = _sequence
