"""What a collection of tests depended on, so that one can tell whether it would come out the same again.

A collection reads test modules, the modules that they import, the files that they open while they are imported, and
the contents of directories. The interpreter, the search path and the like are the business of the index's key.
"""

from __future__ import annotations

import os
from binascii import crc32

from rotest_core.planning.scan import is_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final, TypeAlias

    from rotest_core.planning.scan import Listing, Scanner

    Stamp: TypeAlias = tuple[int, int, int] | None
    Names: TypeAlias = tuple[str, ...] | None

_FICKLE: Final = frozenset({"_", "COLUMNS", "LINES", "OLDPWD", "SHLVL"})
_TICK: Final = 50_000_000
_COARSE_TICK: Final = 2_000_000_000


class Evidence:
    """What a collection found; it is still true while looking again gives the same.

    Args:
        listings: directories that were searched for test modules, with what was found in each.
        importable: directories that were searched for imports, with the names that count there.
        listed: directories whose contents a module asked for, with all names in them.
        stamps: files that were read, and directories of installed packages.
        environment: checksum of the environment variables, if a module reads any; else None.
    """

    __slots__ = ("environment", "importable", "listed", "listings", "stamps")

    def __init__(
        self,
        listings: Mapping[str, Listing],
        importable: Mapping[str, Names],
        listed: Mapping[str, Names],
        stamps: Mapping[str, Stamp],
        environment: int | None,
    ) -> None:
        self.listings: Mapping[str, Listing] = listings
        self.importable: Mapping[str, Names] = importable
        self.listed: Mapping[str, Names] = listed
        self.stamps: Mapping[str, Stamp] = stamps
        self.environment: int | None = environment

    def values(self) -> tuple[object, ...]:
        """Give what makes the same evidence again."""
        return self.listings, self.importable, self.listed, self.stamps, self.environment

    def holds(self, scanner: Scanner) -> bool:
        """Tell whether everything is still as it was found.

        Args:
            scanner: a fresh one, with the same root and patterns as that of the collection.
        """
        return (
            all(stamp(path) == stamped for path, stamped in self.stamps.items())
            and all(scanner.find(directory) == found for directory, found in self.listings.items())
            and all(importable_names(directory) == names for directory, names in self.importable.items())
            and all(all_names(directory) == names for directory, names in self.listed.items())
            and (self.environment is None or self.environment == environment())
        )

    def is_settled(self, started: int) -> bool:
        """Tell whether nothing was changed since the collection started, so that the stamps are of what was read.

        Args:
            started: when the collection started, in nanoseconds by the file system's own clock.
        """
        return all(is_settled(stamped, started) for stamped in self.stamps.values())


def stamp(path: str) -> Stamp:
    """Give what changes with a file: the times of its contents and of its inode in nanoseconds, its size in bytes."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size


def is_settled(stamped: Stamp, started: int) -> bool:
    """Tell whether a file was last changed so long before a moment that a change after it shows in the stamp.

    Args:
        stamped: the file's stamp, taken after that moment.
        started: the moment, in nanoseconds by the file system's own clock.
    """
    if stamped is None:
        return True
    changed = stamped[1]
    # File systems round times down; some to whole seconds.
    return changed < started - (_TICK if changed % 1_000_000_000 else _COARSE_TICK)


def environment() -> int:
    """Give the checksum of all environment variables but for those that change with every window and command."""
    return crc32(
        repr(sorted(item for item in os.environ.items() if item[0] not in _FICKLE)).encode("utf-8", "replace")
    )


def importable_names(directory: str) -> Names:
    """Give what the import system may find in a directory; None when it cannot be read."""
    try:
        with os.scandir(directory) as entries:
            return tuple(
                sorted(
                    entry.name
                    for entry in entries
                    if entry.name.endswith((".py", ".so", ".pyd"))
                    or (not entry.name.startswith((".", "__pycache__")) and is_directory(entry))
                )
            )
    except OSError:
        return None


def all_names(directory: str) -> Names:
    """Give all names in a directory but for those that running Python and Rotest adds; None when unreadable."""
    try:
        return tuple(
            sorted(name for name in os.listdir(directory) if not name.startswith((".", "__pycache__")))
        )
    except OSError:
        return None
