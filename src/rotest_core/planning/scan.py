"""Which files of a directory are test modules, without importing any.

The listing index checks with this module whether anything changed, so it loads nothing that it need not.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Final, TypeAlias

    Listing: TypeAlias = tuple[bool, tuple[str, ...]]

DEFAULT_EXCLUDE: Final = (".tox", ".git", ".venv", ".idea", "node_modules", "build", "dist", "setup.py")

# A file that is not named as one is a test module if it speaks of cases or flows, or has a method that is a test.
_HOLDS_TESTS = rb"(?m)\bTest(?:Case|Flow)\b|\bload_tests\b|^[ \t]+(?:async[ \t]+)?def[ \t]+test"


class Scanner:
    """List directories, and remember what was looked at.

    Args:
        root: the project's directory, absolute.
        exclude: fnmatch patterns; one that matches a name, a path relative to `root` or a whole path excludes it.

    Attributes:
        listings: every directory that was listed.
        read: every file whose text was looked at.
    """

    def __init__(self, root: str, exclude: Sequence[str] = DEFAULT_EXCLUDE) -> None:
        self._root = os.path.join(root, "")
        self._plain = frozenset(pattern for pattern in exclude if not any(mark in pattern for mark in "*?["))
        self._wild = _matcher([pattern for pattern in exclude if pattern not in self._plain])
        self._followed: set[str] = set()
        self.listings: dict[str, Listing] = {}
        self.read: set[str] = set()

    def list(self, directory: str) -> Listing:
        """List one directory.

        Never part of it: hidden directories, ``__pycache__``, virtual environments, ``__main__.py``.

        Returns:
            Whether there is an ``__init__.py``, and the names of Python files and directories that are not excluded,
            sorted; directories have a slash behind.

        Raises:
            OSError: the directory cannot be read.
        """
        if directory in self.listings:
            return self.listings[directory]
        names: list[str] = []
        package = environment = False
        with os.scandir(directory) as entries:
            for entry in entries:
                name = entry.name
                if name.endswith(".py"):
                    package = package or name == "__init__.py"
                    if name not in ("__init__.py", "__main__.py") and not self._excludes(name, entry.path):
                        names.append(name)
                elif name == "pyvenv.cfg":
                    environment = True
                elif self._enters(entry) and not self._excludes(name, entry.path):
                    names.append(name + "/")
        listing = package, () if environment else tuple(sorted(names))
        self.listings[directory] = listing
        return listing

    def find(self, directory: str) -> Listing | None:
        """List one directory, or tell that it cannot be read."""
        try:
            return self.list(directory)
        except OSError:
            return None

    def is_test_module(self, path: str) -> bool:
        """Tell whether a file is to be imported when its directory is searched: by its name, else by its text."""
        name = os.path.basename(path).lower().removesuffix(".py")
        return name.startswith("test") or name.endswith(("_test", "_tests")) or self.holds_tests(path)

    def holds_tests(self, path: str) -> bool:
        """Tell whether the text of a file looks as if it defined tests."""
        import re

        self.read.add(path)
        try:
            with open(path, "rb") as file:
                return re.search(_HOLDS_TESTS, file.read()) is not None
        except OSError:
            return False

    def _excludes(self, name: str, path: str) -> bool:
        relative = path.removeprefix(self._root)
        spellings = (name, relative, path)
        if not self._plain.isdisjoint(spellings):
            return True
        matches = self._wild
        return matches is not None and any(matches(spelling) for spelling in spellings)

    def _enters(self, entry: os.DirEntry[str]) -> bool:
        """Tell directories to search. A link to one is followed once, and never back to where it stands in."""
        if entry.name.startswith((".", "__pycache__")) or not is_directory(entry):
            return False
        if entry.is_symlink():
            target = os.path.realpath(entry.path)
            here = os.path.realpath(os.path.dirname(entry.path))
            if target in self._followed or os.path.commonpath((target, here)) == target:
                return False
            self._followed.add(target)
        return True


def is_directory(entry: os.DirEntry[str]) -> bool:
    """Tell whether an entry is a directory or leads to one; a link that leads in a circle does not."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _matcher(patterns: Sequence[str]) -> Callable[[str], object] | None:
    if not patterns:
        return None
    import re
    from fnmatch import translate

    return re.compile("|".join(map(translate, patterns))).match
