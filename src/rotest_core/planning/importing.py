"""Import test modules from their files, so that what stands beside them is importable too."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

__unittest = True  # unittest leaves frames of such modules out of tracebacks


class Importer:
    """Import files under the names that they would have when run from their own directory.

    A module in a package is imported as part of it, and the directory that holds the outermost package is searched
    for imports; the directory of any other module is searched itself, as in ``python tests/test_x.py``. So is the
    root. Where two files want one name, the second one is named by its path from the root.

    Args:
        root: the project's directory, absolute.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self._places: dict[str, tuple[str, str]] = {}
        put_first(root)

    def module(self, path: str) -> ModuleType:
        """Import a file, or find it imported.

        Args:
            path: absolute path of a ``.py`` file.

        Raises:
            BaseException: whatever the module raises.
        """
        main = sys.modules.get("__main__")
        if main is not None and _is_file_of(main, path):
            return main
        directory, file = os.path.split(path)
        base, package = self.place(directory)
        name = _joined(package, "" if file == "__init__.py" else file[:-3].replace(".", "_"))
        put_first(base)
        if self._is_free(name, package, path):
            module = importlib.import_module(name) if file[:-3].isidentifier() else _load(name, path)
            if _is_file_of(module, path):
                return module
        return self._import_apart(base, package, name, path)

    def place(self, directory: str) -> tuple[str, str]:
        """Tell from which directory the modules of a directory are imported, and in which package they are."""
        known = self._places.get(directory)
        if known is None:
            parent, name = os.path.split(directory)
            if name and os.path.isfile(os.path.join(directory, "__init__.py")):
                base, package = self.place(parent)
                known = base, _joined(package, name)
            else:
                known = directory, ""
            self._places[directory] = known
        return known

    def _is_free(self, name: str, package: str, path: str) -> bool:
        """Tell whether a name, and those of the packages around it, mean this file or nothing yet."""
        loaded = sys.modules.get(name)
        if loaded is not None:
            return _is_file_of(loaded, path)
        directory = os.path.dirname(path)
        while package:
            loaded = sys.modules.get(package)
            if loaded is not None:
                return any(_same(directory, place) for place in getattr(loaded, "__path__", ()))
            package = package.rpartition(".")[0]
            directory = os.path.dirname(directory)
        return True

    def _import_apart(self, base: str, package: str, name: str, path: str) -> ModuleType:
        """Import a file whose name is taken, its packages included, under a name that no other file has."""
        relative = os.path.relpath(base, self._root)
        prefix = (
            os.path.basename(self._root)
            if relative == "."
            else relative.replace("..", "_").replace(os.sep, ".")
        )
        directory = base
        parts = package.split(".") if package else []
        for depth, part in enumerate(parts, start=1):
            directory = os.path.join(directory, part)
            _load(_joined(prefix, ".".join(parts[:depth])), os.path.join(directory, "__init__.py"))
        return _load(_joined(prefix, name), path)


def put_first(directory: str) -> None:
    """Make a directory the first one that is searched for imports."""
    if sys.path[:1] != [directory]:
        if directory in sys.path:
            sys.path.remove(directory)
        sys.path.insert(0, directory)


def _load(name: str, path: str) -> ModuleType:
    loaded = sys.modules.get(name)
    if loaded is not None and _is_file_of(loaded, path):
        return loaded
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _joined(package: str, name: str) -> str:
    return f"{package}.{name}" if package and name else package or name


def _is_file_of(module: ModuleType, path: str) -> bool:
    file = getattr(module, "__file__", None)
    return file is not None and _same(file, path)


def _same(one: str, other: str) -> bool:
    return one == other or os.path.realpath(one) == os.path.realpath(other)
