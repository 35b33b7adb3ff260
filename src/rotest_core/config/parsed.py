"""Parse a configuration file, or recall what it said when it was parsed before.

A parser of TOML takes a tenth of a run of one plain test. What a file came to is kept beside it, in ``.rotest``, where
runs keep their files, together with the text that it came from: while the text is the same it means the same. Nothing
depends on it: what cannot be read or written, or does not fit, counts as absent.
"""

from __future__ import annotations

import marshal
import os

from rotest_core.config.given import as_table
from rotest_core.quick_typing import cast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_FORMAT: Final = 1
_DIRECTORY: Final = ".rotest"


def parse(path: str, text: str) -> dict[str, object]:
    """Return the tables of a TOML file.

    Args:
        path: the file.
        text: its content.

    Raises:
        ValueError: it is not TOML; the message has the line and column.
    """
    kept = _kept_in(path)
    tables = _recall(kept, text)
    if tables is None:
        import tomli

        tables = tomli.loads(text)
        _keep(kept, text, tables)
    return tables


def _kept_in(path: str) -> str:
    return os.path.join(os.path.dirname(path), _DIRECTORY, f"{os.path.basename(path)}.parsed")


def _recall(path: str, text: str) -> dict[str, object] | None:
    try:
        with open(path, "rb") as file:
            kept: object = marshal.load(file)
    except (OSError, EOFError, TypeError, ValueError):
        return None
    if not isinstance(kept, tuple):
        return None
    *state, tables = cast("tuple[object, ...]", kept)
    return as_table(tables) if state == [_FORMAT, text] else None


def _keep(path: str, text: str, tables: dict[str, object]) -> None:
    """Write a file whole or not at all, readable for the owner alone: a configuration may hold a password."""
    if not os.path.isdir(os.path.dirname(path)):
        return  # nothing was run here yet
    try:
        content = marshal.dumps((_FORMAT, text, tables))
    except ValueError:  # dates and times are nothing for marshal
        return
    beside = f"{path}.{os.getpid()}"
    try:
        _write(beside, content)
        os.replace(beside, path)
    except OSError:
        _discard(beside)


def _write(path: str, content: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        if os.write(file, content) != len(content):
            raise OSError("no space left for all of it")
    finally:
        os.close(file)


def _discard(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
