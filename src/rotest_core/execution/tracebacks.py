"""Show a failure as its author needs to see it: without the frames of unittest and of Rotest around the test."""

from __future__ import annotations

import traceback

from rotest_core.errors import RotestError
from rotest_core.quick_typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType, TracebackType


class Failure(NamedTuple):
    """An exception, formatted.

    Args:
        text: the whole traceback, its causes included.
        summary: exception type and the first line of its message.
        file: the file that holds the test (or the fixture) that failed; empty when unknown.
        line: the line in that file that it was at, from 1; 0 when unknown.
    """

    text: str
    summary: str
    file: str
    line: int


def describe(error: BaseException) -> Failure:
    """Format an exception that was caught.

    What an exception says of itself is user code: one that cannot be formatted is still described, by its type.
    """
    try:
        # Expectations that failed are raised when the test is over, and know where they stand.
        place: tuple[str, int] = getattr(error, "__rotest_place__", None) or _place(relevant_entries(error))
        formatted = traceback.TracebackException.from_exception(error, lookup_lines=False, compact=True)
        _leave_out_frames(formatted, error)
        only = list(formatted.format_exception_only())
        summary = only[-1 if isinstance(error, SyntaxError) else 0].partition("\n")[0]
        return Failure("".join(formatted.format()), summary, *place)
    except Exception as trouble:
        text = f"{type(error).__qualname__}, which cannot be formatted: {type(trouble).__qualname__}"
        return Failure(text, text, "", 0)


def is_internal(frame: FrameType) -> bool:
    """Tell whether a frame belongs to the machinery: unittest (which marks its modules itself) or Rotest."""
    names = frame.f_globals
    return "__unittest" in names or names.get("__name__", "").startswith(("rotest_core.", "unittest."))


def relevant_entries(error: BaseException) -> list[TracebackType]:
    """Return the entries of an exception's traceback that its author wants to see, outermost first.

    The machinery is left out, with the event loop's frames between it and an asynchronous test. An exception that
    the machinery alone had a part in keeps all its entries, unless it is one of Rotest's own errors: its message
    says what there is to know.
    """
    entries = _entries(error)
    kept = [entry for entry in entries if not is_internal(entry.tb_frame)]
    start = 0
    if entries and is_internal(entries[0].tb_frame):
        while start < len(kept) and _is_event_loop(kept[start].tb_frame):
            start += 1
    if start < len(kept):
        return kept[start:]
    return [] if isinstance(error, RotestError) or hasattr(error, "__rotest_place__") else entries


def _entries(error: BaseException) -> list[TracebackType]:
    entries: list[TracebackType] = []
    entry = error.__traceback__
    while entry is not None:
        entries.append(entry)
        entry = entry.tb_next
    return entries


def _is_event_loop(frame: FrameType) -> bool:
    name: str = frame.f_globals.get("__name__", "")
    return name.startswith("asyncio.")


def _place(entries: list[TracebackType]) -> tuple[str, int]:
    """Find the innermost line in the file where the outermost entry is: that of the test, not of what it called."""
    if not entries:
        return "", 0
    file = entries[0].tb_frame.f_code.co_filename
    for entry in reversed(entries):
        if entry.tb_frame.f_code.co_filename == file and entry.tb_lineno:
            return file, entry.tb_lineno
    return file, 0


def _leave_out_frames(formatted: traceback.TracebackException, error: BaseException) -> None:
    entries = _entries(error)
    if len(formatted.stack) == len(entries):
        kept = set(map(id, relevant_entries(error)))
        formatted.stack[:] = [
            frame for frame, entry in zip(formatted.stack, entries, strict=True) if id(entry) in kept
        ]
    pairs = [(formatted.__cause__, error.__cause__), (formatted.__context__, error.__context__)]
    members: Sequence[BaseException] = getattr(error, "exceptions", ())
    if formatted.exceptions:
        pairs.extend(zip(formatted.exceptions, members, strict=False))
    for inner, reason in pairs:
        if inner is not None and reason is not None:
            _leave_out_frames(inner, reason)
