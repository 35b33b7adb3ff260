"""What the paths of a command line select."""

from __future__ import annotations

import os

from rotest_core.errors import DiscoveryError, did_you_mean
from rotest_core.quick_typing import NamedTuple


class Selection(NamedTuple):
    """One argument of a command line, understood.

    Args:
        text: the argument as it was given.
        path: absolute path of a file or directory; empty for a dotted name.
        dotted: name of a module, class or method as ``python -m unittest`` takes it; empty for a path.
        names: what is selected inside of the module: class, or class and method; empty for all.
    """

    text: str
    path: str
    dotted: str
    names: tuple[str, ...]

    @property
    def is_directory(self) -> bool:
        """Tell whether all test modules of a directory are meant."""
        return bool(self.path) and os.path.isdir(self.path)


def select(text: str, *, root: str, cwd: str) -> Selection:
    """Understand one argument.

    A path is looked for in the working directory, then in the root, where the names of tests in reports start.

    Raises:
        DiscoveryError: there is nothing of that name; the nearest names are given.
    """
    place, *names = text.split("::")
    for base in (cwd, root):
        path = os.path.normpath(os.path.join(base, place))
        if os.path.isdir(path):
            if names:
                raise DiscoveryError(f"{text}: {place} is a directory; ::Class needs a file")
            return Selection(text, path, "", ())
        if os.path.isfile(path):
            return Selection(text, _module_file(text, path), "", _checked(text, names))
    if _is_dotted(place):
        return Selection(text, "", place, _checked(text, names))
    raise DiscoveryError(_nothing_there(text, place, cwd))


def nothing_called(text: str) -> DiscoveryError:
    """Build the error for a dotted name that is neither a module nor a path."""
    return DiscoveryError(_nothing_there(text, text.partition("::")[0], os.getcwd()))


def _is_dotted(place: str) -> bool:
    return not place.endswith(".py") and all(part.isidentifier() for part in place.split("."))


def _checked(text: str, names: list[str]) -> tuple[str, ...]:
    if len(names) > 2 or not all(names):
        raise DiscoveryError(f"{text}: after the path comes ::Class or ::Class::method")
    return tuple(names)


def _module_file(text: str, path: str) -> str:
    if not path.endswith(".py"):
        raise DiscoveryError(f"{text}: not a Python file; tests are in files named *.py")
    return path


def _nothing_there(text: str, place: str, cwd: str) -> str:
    path = os.path.normpath(os.path.join(cwd, place))
    missing = path
    directory = os.path.dirname(path)
    while not os.path.isdir(directory):
        missing, directory = directory, os.path.dirname(directory)
    name = os.path.basename(missing)
    names = [entry for entry in os.listdir(directory) if entry.endswith(".py") or "." not in entry]
    inside = "" if directory == cwd else f" in {os.path.relpath(directory, cwd)}"
    return f"no such file or directory: {place}; there is no {name!r}{inside}{did_you_mean(name, names)}"
