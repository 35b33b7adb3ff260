"""Collect tests from paths, modules and classes, in the order in which unittest would load them."""

from __future__ import annotations

import gc
import importlib
import os
import unittest
from contextlib import contextmanager
from importlib.util import find_spec

from rotest_core.errors import DiscoveryError
from rotest_core.planning.collection import Collection
from rotest_core.planning.components import as_case, as_suite, cases_in, names_of_tests
from rotest_core.planning.importing import Importer, put_first
from rotest_core.planning.loading import load_cases, place_cases
from rotest_core.planning.reaching import not_inside, reached
from rotest_core.planning.scan import DEFAULT_EXCLUDE, Scanner
from rotest_core.planning.selection import nothing_called, select
from rotest_core.planning.stand_ins import LoadFailure, ModuleSkipped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence
    from types import ModuleType

__unittest = True  # unittest leaves frames of such modules out of tracebacks

_PATTERN = "test*.py"  # what unittest's own search gives to load_tests


class Discovery:
    """Collect tests, each once however many paths lead to it.

    Args:
        root: the project's directory; ids of tests are relative to it.
        exclude: fnmatch patterns of what is not searched.
        cwd: where relative paths start; the working directory of the process when None.

    Attributes:
        collection: what was collected.
        scanner: knows which directories were listed and which files were read.
        files: the modules that are collected as a whole.
    """

    def __init__(
        self, root: str, *, exclude: Sequence[str] = DEFAULT_EXCLUDE, cwd: str | None = None
    ) -> None:
        self._root = os.path.abspath(root)
        self._cwd = os.path.abspath(cwd or os.getcwd())
        self._importer = Importer(self._root)
        self.files: set[str] = set()
        self.scanner: Scanner = Scanner(self._root, exclude)
        self.collection: Collection = Collection(self._root)

    def collect(self, paths: Iterable[str]) -> None:
        """Collect what command-line arguments select.

        Raises:
            DiscoveryError: an argument selects nothing that exists; a directory cannot be read.
            PlanError: a suite holds something else than tests.
        """
        selections = [select(text, root=self._root, cwd=self._cwd) for text in paths]
        with _garbage_kept():
            for selection in selections:
                if selection.dotted:
                    self._collect_dotted(selection.text, selection.dotted, selection.names)
                elif selection.is_directory:
                    self._collect_directory(selection.path)
                else:
                    self._collect_file(selection.path, selection.names)

    def collect_classes(self, classes: Iterable[type]) -> None:
        """Collect cases and suites as `main()` is given them.

        Raises:
            PlanError: a class is neither, or a suite holds something else than tests.
        """
        for component in classes:
            selector = self.collection.selector_of(component)
            parent = self.collection.module(selector.partition("::")[0]) if as_case(component) else None
            self.collection.add_component(component, selector, parent)

    # Files and directories

    def _collect_directory(self, directory: str) -> None:
        try:
            package, names = self.scanner.list(directory)
        except OSError as error:
            hint = "exclude it with [run] exclude, or name what is to run"
            raise DiscoveryError(f"{directory}: cannot be searched: {error.strerror}; {hint}") from error
        if package:
            path = os.path.join(directory, "__init__.py")
            if self.scanner.holds_tests(path) and self._collect_file(path, pattern=_PATTERN):
                return  # it could not be imported, or its load_tests says what the tests of the package are
        for name in names:
            path = os.path.join(directory, name)
            if name.endswith("/"):
                self._collect_directory(path[:-1])
            elif self.scanner.is_test_module(path):
                self._collect_file(path, pattern=_PATTERN)

    def _collect_file(self, path: str, names: tuple[str, ...] = (), pattern: str | None = None) -> bool:
        """Collect a file's tests, or those that `names` select.

        Returns:
            Whether the file answers for the whole package that it may stand for.
        """
        if path in self.files:
            return False
        selector = self.collection.place(path)
        try:
            module = self._importer.module(path)
        except (Exception, SystemExit) as error:
            self.files.add(path)
            self._add_stand_in(selector, error)
            return True
        self.collection.name_module(module, selector)
        if names:
            self._collect_attribute("::".join((selector, *names)), module, selector, names)
            return False
        self.files.add(path)
        return self._collect_module(module, selector, pattern)

    # Dotted names

    def _collect_dotted(self, text: str, dotted: str, names: tuple[str, ...]) -> None:
        put_first(self._cwd)
        put_first(self._root)
        module: ModuleType | None = None
        rest = dotted.split(".")
        name = ""
        while rest and (module is None or hasattr(module, "__path__")):
            name = f"{name}.{rest[0]}" if name else rest[0]
            if find_spec(name) is None:
                break
            try:
                module = importlib.import_module(name)
            except (Exception, SystemExit) as error:
                self._add_stand_in(name, error)
                return
            del rest[0]
        if module is None:
            raise nothing_called(text)
        file = os.path.abspath(getattr(module, "__file__", None) or module.__name__)
        place = self.collection.place(file)
        selector = module.__name__ if place == file else place
        self.collection.name_module(module, selector)
        if rest or names:
            chain = (".".join(rest), *names) if rest else names
            self._collect_attribute(text, module, selector, chain)
        elif file not in self.files:
            self.files.add(file)
            # Who takes unittest's names means what unittest means: the classes that a module imports, too.
            self._collect_module(module, selector, None, imported=True)

    # Modules

    def _collect_module(
        self, module: ModuleType, selector: str, pattern: str | None, *, imported: bool = False
    ) -> bool:
        if getattr(module, "load_tests", None) is not None:
            self._collect_loaded(module, selector, pattern, imported)
            return True
        for name, case in cases_in(module, imported=imported):
            tests = names_of_tests(case)
            if tests:
                self.collection.add_case(case, tests, f"{selector}::{name}", self.collection.module(selector))
        return False

    def _collect_loaded(self, module: ModuleType, selector: str, pattern: str | None, imported: bool) -> None:
        try:
            cases = load_cases(module, self._top_level(module), pattern, imported=imported)
        except Exception as error:
            self._add_stand_in(selector, error)
        else:
            self.collection.add_ready(place_cases(self.collection, module, selector, cases))

    # Selected parts of modules

    def _collect_attribute(
        self, text: str, module: ModuleType, selector: str, names: tuple[str, ...]
    ) -> None:
        chain = ".".join(names).split(".")
        inner = ".".join(chain)
        parent, found, missing = reached(module, chain)
        case, suite, around = as_case(found), as_suite(found), as_case(parent)
        if case or suite:
            group = self.collection.module(selector) if case else None
            self.collection.add_component(found, f"{selector}::{inner}", group)
        elif around and callable(found):
            own = f"{selector}::{inner.rpartition('.')[0]}"
            self.collection.add_case(around, chain[-1:], own, self.collection.module(selector))
        elif not self._collect_from_loaded(module, selector, inner):
            raise DiscoveryError(not_inside(text, parent, missing))

    def _collect_from_loaded(self, module: ModuleType, selector: str, inner: str) -> bool:
        """Look for what was selected among the tests that the module makes itself."""
        if getattr(module, "load_tests", None) is None:
            return False
        try:
            cases = load_cases(module, self._top_level(module))
        except Exception as error:
            self._add_stand_in(selector, error)
            return True
        wanted = f"{selector}::{inner}"
        chosen = [
            (group, name, case)
            for group, name, case in place_cases(self.collection, module, selector, cases)
            if wanted in (group.selector, f"{group.selector}.{name}")
        ]
        self.collection.add_ready(chosen)
        return bool(chosen)

    def _top_level(self, module: ModuleType) -> str | None:
        return self._importer.place(os.path.dirname(module.__file__))[0] if module.__file__ else None

    def _add_stand_in(self, selector: str, error: BaseException) -> None:
        if isinstance(error, unittest.SkipTest):
            self.collection.add_stand_in(selector, ModuleSkipped(str(error)), failed=False)
        else:
            self.collection.add_stand_in(selector, LoadFailure(error), failed=True)


@contextmanager
def _garbage_kept() -> Generator[None]:
    """Spare the collector a look at what imports leave behind: nearly all of it stays, and there is much of it."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
