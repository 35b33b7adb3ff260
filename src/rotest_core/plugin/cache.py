"""Small tables kept in the user's cache directory, each valid for one exact state of what it was made from.

Nothing depends on a cache: one that cannot be read counts as absent, one that cannot be written is not written, and
one that is not whole, or was made from another state, is not used. The format is lines of text, read without imports.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_END = "end\n"
_PRIME = 2**59 - 55  # a name for a file needs no better hash, and this one no import


def cache_path(kind: str, key: Iterable[str], directory: str | None = None) -> str:
    """Name the file of a table.

    Args:
        kind: what the table holds; a word.
        key: what tells this table from others of its kind.
        directory: where tables are kept; the user's cache directory when None.
    """
    number = int.from_bytes("\n".join(key).encode(errors="surrogateescape"), "big") % _PRIME
    return os.path.join(directory or _user_cache(), f"{kind}-{number:015x}.txt")


def read_table(path: str, state: str) -> list[list[str]] | None:
    """Read a table that was made from just this state; None when there is none."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as stream:
            text = stream.read()
    except (OSError, ValueError):
        return None
    if not text.startswith(state) or not text.endswith(_END):
        return None
    return [line.split("\t") for line in text[len(state) : -len(_END)].splitlines()]


def write_table(path: str, state: str, rows: Iterable[Sequence[str]]) -> None:
    """Keep a table, whole or not at all.

    Args:
        path: its file.
        state: what it was made from; ends with a line's end.
        rows: its cells; white space in them is made a single space.
    """
    lines = ["\t".join(" ".join(cell.split()) for cell in row) + "\n" for row in rows]
    temporary = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(temporary, "w", encoding="utf-8", errors="surrogateescape", newline="") as stream:
            stream.write("".join((state, *lines, _END)))
        os.replace(temporary, path)
    except (OSError, ValueError):
        _discard(temporary)


def file_state(path: str) -> str:
    """Describe a file so that a change shows: time, size and identity; ``-`` when there is none."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return "-"
    return f"{status.st_mtime_ns} {status.st_size} {status.st_ino}"


def _user_cache() -> str:
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):  # the XDG base directory specification says to ignore a relative one
        base = os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "rotest")


def _discard(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
