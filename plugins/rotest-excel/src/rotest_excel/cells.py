"""Make text and times fit into cells."""

from __future__ import annotations

import datetime as dt
import re

LONGEST = 32_767
"""Characters that a cell may hold, as UTF-16 counts them (specifications and limits of Excel)."""

# What XML 1.0 cannot hold, or a parser would change. Workbooks have an escape of their own for some of these (_x001B_);
# few programs but Excel read it.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def cell_text(text: str, longest: int = LONGEST) -> str:
    r"""Return text as a cell can hold it: odd characters escaped as Python does (``\x1b``), its end cut and said so."""
    if len(text) <= longest and text.isascii() and text.isprintable():
        return text
    if len(text) > longest:
        text = text[:longest]
        shortened = True
    else:
        shortened = False
    text = _UNFIT.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)
    units = len(text) + sum(character > "\uffff" for character in text)
    if units <= longest and not shortened:
        return text
    notice = "\n... cut here, see events.jsonl"
    return _first_units(text, longest - len(notice)) + notice


def _first_units(text: str, units: int) -> str:
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore")


def moment(seconds: float, zone: dt.tzinfo) -> dt.datetime | None:
    """Return seconds since the epoch as a local time without a zone, as workbooks keep it; None for what is none."""
    try:
        local = (_EPOCH + dt.timedelta(seconds=seconds)).astimezone(zone).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
    # The calendar of a workbook begins in 1900; it is kept to milliseconds.
    return local.replace(microsecond=local.microsecond // 1000 * 1000) if local.year > 1900 else None


def sane(duration: float) -> float:
    """Return a duration in seconds that can be shown; 0 for what a broken clock made up."""
    return duration if 0 <= duration < 1e9 else 0.0
