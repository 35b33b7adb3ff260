"""Keep what was collected, so that listing it again needs no import while nothing has changed.

Every set of paths has a file of its own in ``<work_dir>/index``. A file that is missing, damaged, of another version
or out of date is as good as none, and so is a directory that cannot be written.
"""

from __future__ import annotations

import marshal
import os
import sys
from binascii import crc32
from typing import TYPE_CHECKING, Any

from rotest_core._version import __version__
from rotest_core.execution.evidence import Evidence
from rotest_core.execution.outline import Entry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

    from rotest_core.execution.scan import Scanner

_MAGIC: Final = b"rotest-index-1\n"
_KEPT: Final = 20


class Index:
    """Hold the outline of one set of paths.

    Args:
        work_dir: where Rotest keeps its files.
        paths: what is collected.
        root: the project's directory, absolute.
        exclude: fnmatch patterns of what is not searched.
        cwd: where relative paths start, absolute.
    """

    def __init__(
        self, work_dir: str, *, paths: Sequence[str], root: str, exclude: Sequence[str], cwd: str
    ) -> None:
        self._directory = os.path.join(os.path.abspath(work_dir), "index")
        self._key = (
            __version__,
            sys.version,
            tuple(sys.flags),
            tuple(sys.warnoptions),
            tuple(sys.path),
            os.uname().nodename,
            tuple(paths),
            root,
            tuple(exclude),
            cwd,
        )
        self._path = os.path.join(self._directory, f"{crc32(repr(self._key).encode()):08x}")

    def read(self, scanner: Scanner) -> list[Entry] | None:
        """Give the outline if it is still true.

        Args:
            scanner: a fresh one for the same root and patterns.
        """
        try:
            with open(self._path, "rb") as file:
                stored = file.read()
        except OSError:
            return None
        head = len(_MAGIC) + 8
        if stored[:head] != _MAGIC + _checksum(stored[head:]):
            return None
        try:
            # Intact, so we wrote it; and the name of the file depends on the version of Python.
            key, found, outlined = marshal.loads(stored[head:])
            evidence = Evidence._make(found)
            entries = [Entry._make(entry) for entry in outlined]
        except (EOFError, TypeError, ValueError):
            return None
        return entries if key == self._key and evidence.holds(scanner) else None

    def begin(self) -> Draft | None:
        """Start to collect anew.

        Returns:
            Where to put the outline afterwards; None where nothing can be written.
        """
        try:
            os.makedirs(self._directory, exist_ok=True)
            return Draft(self._path, self._key)
        except OSError:
            return None


class Draft:
    """Write an outline beside its place, and put it there when it is whole.

    Attributes:
        started: when the collection started, in nanoseconds by the clock that stamps the project's files.
    """

    def __init__(self, path: str, key: tuple[object, ...]) -> None:
        self._path = path
        self._key = key
        self._draft = f"{path}.{os.getpid()}"
        self._file = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        self.started = os.fstat(self._file).st_ctime_ns

    def save(self, evidence: Evidence, entries: Sequence[Entry]) -> None:
        """Keep an outline, if what it came from has held still meanwhile."""
        if not evidence.is_settled(self.started):
            return
        plain: Any = (self._key, tuple(evidence), [tuple(entry) for entry in entries])
        stored = marshal.dumps(plain)
        try:
            os.write(self._file, _MAGIC + _checksum(stored) + stored)
            os.replace(self._draft, self._path)
            _prune(os.path.dirname(self._path))
        except OSError:
            return

    def close(self) -> None:
        """Leave nothing unfinished behind."""
        os.close(self._file)
        try:
            os.unlink(self._draft)
        except OSError:
            return


def _checksum(stored: bytes) -> bytes:
    return b"%08x" % crc32(stored)


def _prune(directory: str) -> None:
    """Remove what was written longest ago: paths that nobody lists any more."""
    paths = [
        entry.path for entry in sorted(os.scandir(directory), key=lambda entry: -entry.stat().st_mtime_ns)
    ]
    for path in paths[_KEPT:]:
        os.unlink(path)
