"""Ordinary cases are run here as unittest.TestCase.run runs them; unittest itself is the reference."""

from __future__ import annotations

import itertools
import unittest
import warnings
from collections.abc import Callable

import pytest

from rotest_core import TestCase
from rotest_core.events import Event, Outcome, OutcomeReported
from rotest_core.execution import direct
from rotest_core.execution.result import Result

Story = list[tuple[str, ...]]


class Told(unittest.TestResult):
    """Write down what unittest reports, as events would have it."""

    def __init__(self, *, failfast: bool) -> None:
        super().__init__()
        self.failfast = failfast
        self.story: Story = []

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        self.story.append((Outcome.SKIPPED, reason, _parameters(test)))

    def addError(self, test: unittest.TestCase, err: object) -> None:
        self.story.append((Outcome.ERROR, _summary(err), ""))

    def addFailure(self, test: unittest.TestCase, err: object) -> None:
        self.story.append((Outcome.FAILURE, _summary(err), ""))

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: object) -> None:
        if err is not None:
            outcome = Outcome.FAILURE if isinstance(_error(err), AssertionError) else Outcome.ERROR
            self.story.append((outcome, _summary(err), _parameters(subtest)))


def _error(err: object) -> BaseException:
    assert isinstance(err, tuple)
    error: BaseException = err[1]
    return error


def _summary(err: object) -> str:
    error = _error(err)
    return f"{type(error).__name__}: {error}"


def _parameters(test: unittest.TestCase) -> str:
    return "" if type(test).__name__ != "_SubTest" else test.id().partition(" ")[2]


def passes(case: unittest.TestCase) -> object:
    return None


def fails(case: unittest.TestCase) -> object:
    return case.fail("no")


def breaks(case: unittest.TestCase) -> object:
    raise LookupError("gone")


def skips(case: unittest.TestCase) -> object:
    return case.skipTest("not today")


def leaves(case: unittest.TestCase) -> object:
    raise SystemExit(3)


def returns(case: unittest.TestCase) -> object:
    return 7


def fails_in_parts(case: unittest.TestCase) -> object:
    for number in range(5):
        with case.subTest("part", number=number):
            if number == 1:
                case.fail("one")
            if number == 2:
                raise LookupError("two")
            if number == 3:
                case.skipTest("three")
    raise LookupError("after the parts")


Part = Callable[[unittest.TestCase], object]
PARTS: tuple[Part, ...] = (passes, fails, breaks, skips)
METHODS: tuple[Part, ...] = (*PARTS, leaves, returns, fails_in_parts)


def make_case(
    set_up: Part,
    method: Part,
    tear_down: Part,
    cleanup: Part,
    done: list[str],
    base: type[unittest.TestCase] = unittest.TestCase,
) -> type[unittest.TestCase]:
    class Case(base):  # type: ignore[valid-type, misc]  # one of two bases, which are much alike
        def setUp(self) -> None:
            done.append("setUp")
            self.addCleanup(done.append, "first cleanup")
            self.addCleanup(cleanup, self)
            set_up(self)

        def test(self) -> object:
            done.append("test")
            return method(self)

        def tearDown(self) -> None:
            done.append("tearDown")
            tear_down(self)

    return Case


def as_unittest_does(case: unittest.TestCase, failfast: bool) -> Story:
    result = Told(failfast=failfast)
    case.run(result)
    return result.story


def as_we_do(case: unittest.TestCase, failfast: bool) -> Story:
    story: Story = []

    def take(*events: Event) -> None:
        for event in events:
            assert isinstance(event, OutcomeReported)
            text = event.text if event.outcome is Outcome.SKIPPED else event.summary
            story.append((event.outcome, text, event.subtest))

    result = Result(take, failfast=failfast)
    result.begin(0)
    run = direct.run_checked if direct.is_checked(type(case)) else direct.run
    run(case, getattr(case, "test"), result)  # noqa: B009 - a case made up has no such attribute
    assert result.testsRun == 1
    return story


@pytest.mark.parametrize("failfast", [False, True])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("base", [unittest.TestCase, TestCase])
def test_every_part_may_fail_in_every_way(
    method: Part, failfast: bool, base: type[unittest.TestCase]
) -> None:
    for set_up, tear_down, cleanup in itertools.product(PARTS, PARTS, PARTS):
        stories: list[tuple[Story, list[str]]] = []
        for run in (as_unittest_does, as_we_do):
            done: list[str] = []
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                case = make_case(set_up, method, tear_down, cleanup, done, base)("test")
                stories.append((run(case, failfast), done))
        assert stories[0] == stories[1]


def test_a_method_that_returns_something_is_warned_of_as_unittest_does() -> None:
    case = make_case(passes, returns, passes, passes, [])("test")
    with pytest.warns(DeprecationWarning, match="return a value that is not None"):
        as_we_do(case, False)


def test_such_a_warning_may_be_an_error() -> None:
    case = make_case(passes, returns, passes, passes, [])("test")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ((outcome, summary, _),) = as_we_do(case, False)
    assert outcome == Outcome.ERROR
    assert summary.startswith("DeprecationWarning: ")


@pytest.mark.parametrize("phase", [direct.SETUP, direct.METHOD, direct.TEARDOWN])
def test_an_interrupt_comes_through_and_knows_where_it_came(phase: str) -> None:
    def interrupt(case: unittest.TestCase) -> object:
        raise KeyboardInterrupt

    parts = [
        interrupt if part == phase else passes for part in (direct.SETUP, direct.METHOD, direct.TEARDOWN)
    ]
    case = make_case(parts[0], parts[1], parts[2], passes, [])("test")
    with pytest.raises(KeyboardInterrupt) as caught:
        as_we_do(case, False)
    assert caught.value.__dict__[direct.PHASE] == phase


class Ordinary(unittest.TestCase):
    def setUp(self) -> None: ...

    def tearDown(self) -> None: ...


class RunsItself(unittest.TestCase):
    def run(self, result: unittest.TestResult | None = None) -> unittest.TestResult | None:
        return super().run(result)


class CallsItself(unittest.TestCase):
    def __call__(self, result: unittest.TestResult | None = None) -> None: ...


class CleansUpItself(unittest.TestCase):
    def doCleanups(self) -> None: ...  # noqa: N802 - the name is unittest's


@unittest.skip("all of it")
class Skipped(unittest.TestCase):
    pass


@unittest.expectedFailure
class Expected(unittest.TestCase):
    pass


def test_ordinary_classes_are_known() -> None:
    assert direct.is_ordinary(Ordinary)
    assert direct.is_ordinary(unittest.TestCase)


@pytest.mark.parametrize(
    "kind",
    [RunsItself, CallsItself, CleansUpItself, Skipped, Expected, unittest.IsolatedAsyncioTestCase, object],
)
def test_classes_that_change_how_they_are_run_are_left_to_themselves(kind: type) -> None:
    assert not direct.is_ordinary(kind)


def test_a_patched_unittest_is_left_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unittest.TestCase, "run", RunsItself.run)
    assert not direct.is_ordinary(Ordinary)


def test_rotests_own_cases_are_ordinary_but_for_their_steps() -> None:
    class Stepping(TestCase):
        def _callSetUp(self) -> None: ...  # noqa: N802 - the name is unittest's

    assert not direct.is_ordinary(TestCase)
    assert direct.is_checked(TestCase)
    assert not direct.is_checked(Ordinary)
    assert not direct.is_checked(Stepping)


class WithConstructor(unittest.TestCase):
    def __init__(self, name: str = "runTest") -> None:
        super().__init__(name)


class WithNew(unittest.TestCase):
    def __new__(cls, *arguments: object) -> WithNew:
        return super().__new__(cls)


@pytest.mark.parametrize(
    ("kind", "fits"),
    [
        (Ordinary, True),
        (WithConstructor, False),
        (WithNew, False),
        (RunsItself, False),
        (unittest.FunctionTestCase, False),
    ],
)
def test_only_cases_that_leave_the_constructor_alone_are_molded(
    kind: type[unittest.TestCase], fits: bool
) -> None:
    assert direct.Mold.fits(kind) is fits


class Documented(unittest.TestCase):
    __test__ = False

    def test_a(self) -> None:
        """Say a."""

    def test_b(self) -> None: ...


def test_a_molded_case_is_as_the_constructor_makes_it() -> None:
    mold = direct.Mold(Documented("test_a"), Result(print))
    for name in ("test_b", "test_a"):
        case, method = mold.make(name)
        assert vars(case) == vars(Documented(name))
        assert list(vars(case)) == list(vars(Documented(name)))
        assert (case.id(), case.shortDescription()) == (
            Documented(name).id(),
            Documented(name).shortDescription(),
        )
        assert method == getattr(case, name)


def test_molded_cases_share_nothing() -> None:
    mold = direct.Mold(Documented("test_a"), Result(print))
    first, _ = mold.make("test_a")
    first.addCleanup(print)
    first.addTypeEqualityFunc(int, print)
    first.attribute = 1  # type: ignore[attr-defined]
    second, _ = mold.make("test_a")
    assert vars(second) == vars(Documented("test_a"))


def test_a_method_that_does_not_exist_makes_no_case() -> None:
    with pytest.raises(AttributeError):
        direct.Mold(Documented("test_a"), Result(print)).make("test_c")
