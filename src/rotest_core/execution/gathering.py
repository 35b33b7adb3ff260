"""Note what a collection of tests depends on while it goes on."""

from __future__ import annotations

import inspect
import os
import sys
from typing import TYPE_CHECKING, Final

from rotest_core.execution.evidence import Evidence, all_names, environment, importable_names, stamp
from rotest_core.execution.scan import Scanner

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_OURS: Final = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "")
_KERNELS: Final = ("/dev/", "/proc/", "/sys/")


class Listener:
    """Note which files are opened and which directories are listed by what is imported.

    An audit hook cannot be taken out again: after `stop` it does nothing.
    """

    def __init__(self) -> None:
        self.files: set[str] = set()
        self.directories: set[str] = set()
        self._listening = False

    def start(self) -> None:
        """Begin to listen."""
        self._listening = True
        sys.addaudithook(self._hear)

    def stop(self) -> None:
        """Listen no more."""
        self._listening = False

    def _hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self._listening:
            return
        if event == "open":
            path, mode = arguments[0], arguments[1]
            if isinstance(path, str | bytes) and (mode is None or "r" in str(mode)):
                self.files.add(os.path.abspath(os.fsdecode(path)))
        elif event in ("os.listdir", "os.scandir"):
            # What the import system and the scanner list is known otherwise, and not all of it matters.
            frame = inspect.currentframe()
            caller = str(frame.f_back.f_globals.get("__name__")) if frame and frame.f_back else ""
            if not caller.startswith("importlib.") and caller != Scanner.__module__:
                directory = arguments[0]
                self.directories.add(os.path.abspath(str(directory or ".")))


def gather(scanner: Scanner, files: Iterable[str], listener: Listener) -> Evidence:
    """Put down what a collection depended on.

    Args:
        scanner: the one that searched for test modules.
        files: the test modules.
        listener: heard what was opened while they were imported.
    """
    installed = _installed()
    modules = dict(_project_modules(installed))
    opened = (path for path in listener.files if not path.endswith(".pyc") and not path.startswith(installed))
    sources = {*files, *scanner.read, *modules, *(path for path in opened if not path.startswith(_KERNELS))}
    searched = {path for paths in modules.values() for path in paths}
    searched.update(os.path.abspath(path) for path in sys.path)
    return Evidence(
        listings={directory: (found.package, found.names) for directory, found in scanner.listings.items()},
        importable={path: importable_names(path) for path in searched if not _is_in(path, installed)},
        listed={path: all_names(path) for path in listener.directories if not _is_in(path, installed)},
        stamps={path: stamp(path) for path in (*sources, *installed)},
        environment=environment() if any(map(_reads_environment, sources)) else None,
    )


def _project_modules(installed: tuple[str, ...]) -> Iterator[tuple[str, Sequence[str]]]:
    """Give the files of the imported modules that are not of installed packages, with the directories of packages."""
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and not file.startswith(installed):
            yield os.path.abspath(file), tuple(getattr(module, "__path__", ()))


def _installed() -> tuple[str, ...]:
    """Give the directories of the standard library and of installed packages, with a slash behind.

    Their own stamps tell when a package comes or goes.
    """
    places = [path for path in sys.path if os.path.basename(path) in ("site-packages", "dist-packages")]
    return tuple(os.path.join(path, "") for path in (os.path.dirname(os.__file__), *places))


def _is_in(path: str, directories: tuple[str, ...]) -> bool:
    return os.path.join(path, "").startswith(directories)


def _reads_environment(path: str) -> bool:
    if path.startswith(_OURS):
        return False
    try:
        with open(path, "rb") as file:
            text = file.read()
    except OSError:
        return False
    return b"environ" in text or b"getenv" in text
