"""Collect tests from paths, modules and classes, in the order in which unittest would load them."""

from __future__ import annotations

import gc
import importlib
import os
import unittest
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from rotest_core.errors import DiscoveryError, did_you_mean
from rotest_core.execution.collection import Collection
from rotest_core.execution.components import (
    as_case,
    as_suite,
    cases_in,
    flattened,
    name_of,
    names_of_tests,
)
from rotest_core.execution.importing import Importer, put_first
from rotest_core.execution.scan import DEFAULT_EXCLUDE, Scanner
from rotest_core.execution.selection import nothing_called, select
from rotest_core.execution.stand_ins import LoadFailure, ModuleSkipped

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence
    from types import ModuleType

    from rotest_core.execution.tree import Case, Group

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
        self.scanner = Scanner(self._root, exclude)
        self.collection = Collection(self._root)

    def collect(self, paths: Iterable[str]) -> None:
        """Collect what command-line arguments select.

        Raises:
            DiscoveryError: an argument selects nothing that exists.
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
        package, names = self.scanner.list(directory)
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
            cases = self._loaded(module, pattern, imported)
        except Exception as error:
            self._add_stand_in(selector, error)
        else:
            self.collection.add_ready(self._placed(module, selector, cases))

    def _loaded(self, module: ModuleType, pattern: str | None, imported: bool = False) -> list[Case]:
        loader = unittest.TestLoader()
        if pattern is not None and module.__file__:
            # As where unittest itself is searching: a package that searches on names its modules from there.
            directory = os.path.dirname(module.__file__)
            vars(loader)["_top_level_dir"] = self._importer.place(directory)[0]
        standard = unittest.TestSuite()
        standard.addTests(
            loader.loadTestsFromTestCase(case) for _, case in cases_in(module, imported=imported)
        )
        return list(flattened(module.load_tests(loader, standard, pattern)))

    def _placed(
        self, module: ModuleType, selector: str, cases: Iterable[Case]
    ) -> Iterator[tuple[Group, str, Case]]:
        """Give each ready-made test its group: under its own module within this one, else under this one."""
        groups: dict[type, Group] = {}
        for case in cases:
            case_type = type(case)
            if case_type not in groups:
                own = f"{selector}::{case_type.__qualname__}"
                if f"{case_type.__module__}.".startswith(f"{module.__name__}."):
                    own = self.collection.selector_of(case_type)
                parent = self.collection.module(own.partition("::")[0])
                failed = case_type.__name__ == "_FailedTest"
                groups[case_type] = parent if failed else self.collection.case_group(case_type, own, parent)
            yield groups[case_type], name_of(case), case

    # Selected parts of modules

    def _collect_attribute(
        self, text: str, module: ModuleType, selector: str, names: tuple[str, ...]
    ) -> None:
        chain = ".".join(names).split(".")
        inner = ".".join(chain)
        parent, found, missing = _reached(module, chain)
        case, suite, around = as_case(found), as_suite(found), as_case(parent)
        if case or suite:
            group = self.collection.module(selector) if case else None
            self.collection.add_component(found, f"{selector}::{inner}", group)
        elif around and callable(found):
            own = f"{selector}::{inner.rpartition('.')[0]}"
            self.collection.add_case(around, chain[-1:], own, self.collection.module(selector))
        elif not self._collect_from_loaded(module, selector, inner):
            raise DiscoveryError(_not_inside(text, parent, missing))

    def _collect_from_loaded(self, module: ModuleType, selector: str, inner: str) -> bool:
        """Look for what was selected among the tests that the module makes itself."""
        if getattr(module, "load_tests", None) is None:
            return False
        wanted = f"{selector}::{inner}"
        chosen = [
            (group, name, case)
            for group, name, case in self._placed(module, selector, self._loaded(module, None))
            if wanted in (group.selector, f"{group.selector}.{name}")
        ]
        self.collection.add_ready(chosen)
        return bool(chosen)

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


def _reached(module: ModuleType, chain: list[str]) -> tuple[object, object, str]:
    """Follow attributes as far as they lead, and give the last two with the name of the last."""
    parent: object = module
    found: object = module
    name = ""
    for name in chain:
        parent, found = found, getattr(found, name, None)
        if found is None:
            break
    return parent, found, name


def _not_inside(text: str, parent: object, missing: str) -> str:
    case = as_case(parent)
    if case:
        kind, known = f"test of {case.__qualname__}", names_of_tests(case)
    else:
        kind = "test class or suite"
        known = [name for name, value in vars(parent).items() if as_case(value) or as_suite(value)]
    return f"{text}: no {kind} is called {missing!r}{did_you_mean(missing, known)}; there is {_some(known)}"


def _some(names: list[str]) -> str:
    """List names, but not so many that the message is lost among them."""
    shown = ", ".join(names[:10]) or "none"
    return f"{shown} and {len(names) - 10} more" if len(names) > 10 else shown
