"""Which files of a directory are test modules, without importing any.

The listing index checks with this module whether anything changed, so it does not import unittest either.
"""

from __future__ import annotations

import os
import re
from fnmatch import translate
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_EXCLUDE: Final = (".tox", ".git", ".venv", ".idea", "node_modules", "build", "dist", "setup.py")

_NAMED_AS_TESTS = re.compile(r"test.*\.py|.*_tests?\.py", re.IGNORECASE)
# A file of any other name is a test module if it speaks of cases or flows, or has a method that is a test.
_HOLDS_TESTS = re.compile(
    rb"\bTest(?:Case|Flow)\b|\bload_tests\b|^[ \t]+(?:async[ \t]+)?def[ \t]+test", re.MULTILINE
)


class Listing(NamedTuple):
    """What a directory holds that matters: names in sorted order, directories with a slash behind.

    Args:
        directory: absolute path.
        package: whether there is an ``__init__.py``.
        names: Python files and directories that are not excluded.
    """

    directory: str
    package: bool
    names: tuple[str, ...]


class Scanner:
    """List directories, and remember what was looked at.

    Args:
        root: the project's directory, absolute.
        exclude: fnmatch patterns; one that matches a name, a path relative to `root` or a whole path excludes it.
    """

    def __init__(self, root: str, exclude: Sequence[str] = DEFAULT_EXCLUDE) -> None:
        self._root = os.path.join(root, "")
        self._excluded = re.compile(
            "|".join(translate(os.path.normcase(pattern)) for pattern in exclude) or r"(?!)"
        )
        self._followed: set[str] = set()
        self.listings: dict[str, Listing] = {}
        self.read: set[str] = set()

    def list(self, directory: str) -> Listing:
        """List one directory.

        Never part of it: hidden directories, ``__pycache__``, virtual environments, ``__main__.py``.

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
        listing = Listing(directory, package, () if environment else tuple(sorted(names)))
        self.listings[directory] = listing
        return listing

    def is_test_module(self, path: str) -> bool:
        """Tell whether a file is to be imported when its directory is searched: by its name, else by its text."""
        if _NAMED_AS_TESTS.fullmatch(os.path.basename(path)):
            return True
        return self.holds_tests(path)

    def holds_tests(self, path: str) -> bool:
        """Tell whether the text of a file looks as if it defined tests."""
        self.read.add(path)
        try:
            with open(path, "rb") as file:
                return _HOLDS_TESTS.search(file.read()) is not None
        except OSError:
            return False

    def _excludes(self, name: str, path: str) -> bool:
        match = self._excluded.match
        if match(name):
            return True
        if path.startswith(self._root) and match(path[len(self._root) :]):
            return True
        return match(path) is not None

    def _enters(self, entry: os.DirEntry[str]) -> bool:
        """Tell directories to search. A link to one is followed once, and never back to where it stands in."""
        if entry.name.startswith((".", "__pycache__")) or not entry.is_dir():
            return False
        if entry.is_symlink():
            target = os.path.realpath(entry.path)
            here = os.path.realpath(os.path.dirname(entry.path))
            if target in self._followed or os.path.commonpath((target, here)) == target:
                return False
            self._followed.add(target)
        return True
