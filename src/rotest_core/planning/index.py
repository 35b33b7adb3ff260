"""Keep what was collected, so that listing it again needs no import while nothing has changed.

Every set of paths has a file of its own in ``<work_dir>/index``. A file that is missing, damaged, of another version
or out of date is as good as none, and so is a directory that cannot be written.
"""

from __future__ import annotations

import os
import sys

from rotest_core._version import __version__
from rotest_core.planning.evidence import Evidence
from rotest_core.planning.outline import Entry
from rotest_core.planning.sealed import Draft, name_of, unseal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

    from rotest_core.planning.scan import Scanner

DIRECTORY: Final = "index"
"""Where indexes are within the work directory."""


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
        self._path = os.path.join(os.path.abspath(work_dir), DIRECTORY, name_of(self._key))

    def read(self, scanner: Scanner) -> list[Entry] | None:
        """Give the outline if it is still true.

        Args:
            scanner: a fresh one for the same root and patterns.
        """
        stored = unseal(self._path)
        if stored is None or stored[0] != self._key:
            return None
        _, evidence, entries = stored
        if not Evidence(*evidence).holds(scanner):
            return None
        return [Entry(*entry) for entry in entries]

    def begin(self) -> Draft | None:
        """Start to collect anew.

        Returns:
            Where to put the outline afterwards; None where nothing can be written.
        """
        try:
            return Draft(self._path)
        except OSError:
            return None

    def keep(self, draft: Draft, evidence: Evidence, entries: Sequence[Entry]) -> None:
        """Keep an outline, if what it came from has held still since the draft was begun."""
        if evidence.is_settled(draft.started):
            draft.save((self._key, evidence.values(), [entry.values() for entry in entries]))
