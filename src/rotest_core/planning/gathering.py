"""Note what a collection of tests depends on while it goes on."""

from __future__ import annotations

import inspect
import os
import sys
from typing import TYPE_CHECKING, ClassVar, Final

from rotest_core.planning.evidence import Evidence, all_names, environment, importable_names, stamp
from rotest_core.planning.scan import Scanner

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_OURS: Final = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "")
_KERNELS: Final = ("/dev/", "/proc/", "/sys/")


class Listener:
    """Note what is imported, which files are opened and which directories are listed.

    Attributes:
        files: what was opened for reading.
        directories: what was listed.
    """

    # An audit hook cannot be taken out again, so there is one for all listeners.
    _listening: ClassVar[list[Listener]] = []
    _hooked: ClassVar[bool] = False

    def __init__(self) -> None:
        self.files: set[str] = set()
        self.directories: set[str] = set()
        self._known = frozenset[str]()

    def start(self) -> None:
        """Begin to listen."""
        self._known = frozenset(sys.modules)
        Listener._listening.append(self)
        if not Listener._hooked:
            Listener._hooked = True
            sys.addaudithook(_hear)

    def stop(self) -> None:
        """Listen no more."""
        Listener._listening.remove(self)

    @classmethod
    def listening(cls) -> Sequence[Listener]:
        """Give those who listen now."""
        return cls._listening

    def is_new(self, module: str) -> bool:
        """Tell whether a module was not imported before listening began."""
        return module not in self._known


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    for listener in Listener.listening():
        if event == "open":
            path, mode = arguments[0], arguments[1]
            if isinstance(path, str | bytes) and (mode is None or "r" in str(mode)):
                listener.files.add(os.path.abspath(os.fsdecode(path)))
        elif event in ("os.listdir", "os.scandir"):
            # What the import system and the scanner list is known otherwise, and not all of it matters.
            frame = inspect.currentframe()
            caller = str(frame.f_back.f_globals.get("__name__")) if frame and frame.f_back else ""
            if not caller.startswith("importlib.") and caller != Scanner.__module__:
                directory = arguments[0]
                listener.directories.add(os.path.abspath(str(directory or ".")))


def gather(scanner: Scanner, files: Iterable[str], listener: Listener) -> Evidence:
    """Put down what a collection depended on.

    Args:
        scanner: the one that searched for test modules.
        files: the test modules.
        listener: heard what was opened while they were imported.
    """
    installed = _installed()
    modules = _project_modules(installed)
    opened = (path for path in listener.files if not path.endswith(".pyc") and not path.startswith(installed))
    sources = {path for path in opened if not path.startswith(_KERNELS)}.union(files, scanner.read)
    sources.update(file for file, _ in modules.values())
    searched = {os.path.abspath(path) for path in sys.path}.union(*(paths for _, paths in modules.values()))
    imported = {file for name, (file, _) in modules.items() if listener.is_new(name)}.union(files)
    return Evidence(
        listings=scanner.listings,
        importable={path: importable_names(path) for path in searched if not _is_in(path, installed)},
        listed={path: all_names(path) for path in listener.directories if not _is_in(path, installed)},
        stamps={path: stamp(path) for path in (*sources, *installed)},
        environment=environment() if any(map(_reads_environment, imported)) else None,
    )


def _project_modules(installed: tuple[str, ...]) -> dict[str, tuple[str, Sequence[str]]]:
    """Give the imported modules that are not of installed packages: file, and directories of a package."""
    found: dict[str, tuple[str, Sequence[str]]] = {}
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and not file.startswith(installed):
            found[name] = os.path.abspath(file), tuple(getattr(module, "__path__", ()))
    return found


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
