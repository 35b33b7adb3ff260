"""Fixtures of classes and modules run as unittest.TestSuite runs them; unittest itself is the reference."""

from __future__ import annotations

import itertools
import sys
import types
import unittest
from collections.abc import Callable, Iterator, Sequence

import pytest

from rotest_core.execution.fixtures import Fixtures

Deed = Callable[[], None]


class World:
    """Two modules of two classes each, whose fixtures write down that they ran.

    Args:
        behaviour: what a fixture does, by its name (``setUpModule one``); nothing by default.
    """

    def __init__(self, **behaviour: Deed) -> None:
        self.story: list[str] = []
        self.behaviour = behaviour
        self.modules = {name: self._module(name) for name in ("one", "two")}
        self.classes = {
            f"{module}.{name}": self._class(module, name) for module in self.modules for name in ("A", "B")
        }

    def _deed(self, name: str) -> Deed:
        def do() -> None:
            self.story.append(name)
            self.behaviour.get(name.split()[0], nothing)()

        return do

    def _module(self, name: str) -> types.ModuleType:
        module = types.ModuleType(f"world_{name}")

        def set_up() -> None:
            unittest.addModuleCleanup(self._deed(f"moduleCleanup {name}"))
            self._deed(f"setUpModule {name}")()

        vars(module).update(setUpModule=set_up, tearDownModule=self._deed(f"tearDownModule {name}"))
        return module

    def _class(self, module: str, name: str) -> type[unittest.TestCase]:
        world = self

        class Case(unittest.TestCase):
            @classmethod
            def setUpClass(cls) -> None:
                cls.addClassCleanup(world._deed(f"classCleanup {module}.{name}"))
                world._deed(f"setUpClass {module}.{name}")()

            @classmethod
            def tearDownClass(cls) -> None:
                world._deed(f"tearDownClass {module}.{name}")()

            def test(self) -> None:
                world.story.append(f"test {module}.{name}")

        Case.__module__, Case.__qualname__ = f"world_{module}", name
        return Case

    def __enter__(self) -> World:
        sys.modules.update({module.__name__: module for module in self.modules.values()})
        return self

    def __exit__(self, *_: object) -> None:
        for module in self.modules.values():
            del sys.modules[module.__name__]


class Told(unittest.TestResult):
    """Write what unittest reports of fixtures into the story."""

    def __init__(self, story: list[str]) -> None:
        super().__init__()
        self.story = story

    def addError(self, test: object, err: object) -> None:
        assert isinstance(err, tuple)
        self.story.append(f"{test}: {type(err[1]).__name__}: {err[1]}")

    def addSkip(self, test: object, reason: str) -> None:
        self.story.append(f"{test}: SkipTest: {reason}")


def nothing() -> None:
    """Do nothing."""


def breaks() -> None:
    raise LookupError("gone")


def skips() -> None:
    raise unittest.SkipTest("not today")


def interrupts() -> None:
    raise KeyboardInterrupt


ORDER = ("one.A", "one.A", "one.B", "one.A", "two.A", "one.B")


def as_unittest_does(world: World, order: Sequence[str]) -> None:
    unittest.TestSuite(world.classes[name]("test") for name in order)(Told(world.story))


def reporter(world: World) -> Fixtures:
    def report(scope: str, name: str, error: BaseException, started: float) -> None:
        assert scope == ("module" if "Module" in name else "class")
        world.story.append(f"{name}: {type(error).__name__}: {error}")

    return Fixtures(report)


def as_we_do(world: World, order: Sequence[str], *, look_ahead: bool) -> None:
    fixtures = reporter(world)
    for name, following in itertools.zip_longest(order, order[1:]):
        if fixtures.enter(world.classes[name]):
            world.classes[name]("test").run(unittest.TestResult())
        if look_ahead:
            fixtures.leave(world.classes[following] if following else None)
    fixtures.leave(None)


NAMES = ("setUpModule", "tearDownModule", "moduleCleanup", "setUpClass", "tearDownClass", "classCleanup")
TROUBLES = [
    *({name: deed} for name in NAMES for deed in (breaks, skips)),
    *({first: breaks, second: breaks} for first, second in itertools.combinations(NAMES, 2)),
    {},
]


@pytest.mark.parametrize("look_ahead", [False, True])
@pytest.mark.parametrize("behaviour", TROUBLES, ids=lambda trouble: "-".join(trouble) or "none")
def test_fixtures_run_when_and_how_a_suite_runs_them(behaviour: dict[str, Deed], look_ahead: bool) -> None:
    stories: list[list[str]] = []
    for run in (as_unittest_does, lambda world, order: as_we_do(world, order, look_ahead=look_ahead)):
        with World(**behaviour) as world:
            run(world, ORDER)
            stories.append(world.story)
    assert stories[0] == stories[1]


def test_what_is_not_shared_is_torn_down_as_soon_as_that_is_known() -> None:
    with World() as world:
        fixtures = reporter(world)
        fixtures.enter(world.classes["one.A"])
        fixtures.leave(world.classes["one.B"])
        assert world.story[-2:] == ["tearDownClass one.A", "classCleanup one.A"]
        fixtures.leave(world.classes["two.A"])
        assert world.story[-2:] == ["tearDownModule one", "moduleCleanup one"]


def test_a_class_that_comes_again_after_all_is_set_up_again() -> None:
    with World() as world:
        fixtures = reporter(world)
        fixtures.enter(world.classes["one.A"])
        fixtures.leave(world.classes["one.B"])
        assert fixtures.enter(world.classes["one.A"])
        assert world.story[-1] == "setUpClass one.A"


@pytest.fixture
def skipped_world() -> Iterator[World]:
    with World() as world:
        for name, kind in world.classes.items():
            world.classes[name] = unittest.skip("all of it")(kind)
        yield world


def test_a_skipped_class_has_no_fixtures(skipped_world: World) -> None:
    as_we_do(skipped_world, ("one.A",), look_ahead=False)
    assert [line for line in skipped_world.story if "Class" in line or "classCleanup" in line] == []


@pytest.mark.parametrize("name", NAMES)
def test_after_an_interrupt_the_rest_is_still_torn_down(name: str) -> None:
    with World(**{name: interrupts}) as world:
        fixtures = reporter(world)
        raised = 0
        for step in (
            lambda: fixtures.enter(world.classes["one.A"]),
            lambda: fixtures.leave(None),
            lambda: fixtures.leave(None),
        ):
            try:
                step()
            except KeyboardInterrupt:
                raised += 1
        assert raised == 1
        ran = {line.split()[0] for line in world.story}
        assert "moduleCleanup" in ran
        assert ("tearDownModule" in ran) == (name != "setUpModule")
        assert ("classCleanup" in ran) == (name != "setUpModule")
        assert ("tearDownClass" in ran) == (name not in ("setUpModule", "setUpClass"))
        assert any("KeyboardInterrupt" in line for line in world.story)


def test_leaving_the_program_in_a_fixture_is_an_error_of_it_alone() -> None:
    with World(setUpClass=lambda: sys.exit(3)) as world:
        assert not reporter(world).enter(world.classes["one.A"])
        assert "setUpClass (world_one.A): SystemExit: 3" in world.story
