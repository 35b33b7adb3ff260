"""Each row of the tables in docs/life-cycle.md, by its number."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import attrs
import pytest

from rotest_core.errors import ResourceError
from rotest_core.execution.lifecycle import set_up, store_state, tear_down
from rotest_core.model.resource import BaseResource, build
from rotest_core.model.resource_data import ResourceData

Steps = list[str]


@attrs.frozen(kw_only=True)
class WheelData(ResourceData):
    pass


@attrs.frozen(kw_only=True)
class CartData(ResourceData):
    left: WheelData
    right: WheelData


class FaultError(Exception):
    """What a step raises in these tests."""


AnyData = TypeVar("AnyData", bound=ResourceData | None)


class Recording(BaseResource[AnyData]):
    """A resource that writes down its steps, and fails where it is told to.

    The surrounding test puts `steps`, `faults` and `actions` (by "path step") and `valid` (paths) into the
    configuration.
    """

    def _take(self, step: str) -> None:
        done: Any = self.config["steps"]
        faults: Any = self.config["faults"]
        path = self.path
        done.append(f"{path} {step}")
        actions: Any = self.config["actions"]
        actions.get(f"{path} {step}", bool)()
        if f"{path} {step}" in faults:
            raise faults[f"{path} {step}"]

    @property
    def path(self) -> str:
        parent = self.parent
        if parent is None:
            return "cart"
        (own,) = (name for name, part in parent.sub_resources.items() if part is self)
        return own if parent.parent is None else f"{own} of it"

    def connect(self) -> None:
        self._take("connect")

    def validate(self) -> bool:
        self._take("validate")
        valid: Any = self.config["valid"]
        return self.path in valid

    def initialize(self) -> None:
        self._take("initialize")

    def finalize(self) -> None:
        self._take("finalize")


class Hub(Recording[None]):
    pass


class Wheel(Recording[WheelData]):
    def finalize(self) -> None:
        # One that calls super and one that does not: the framework does the same for both.
        super().finalize()
        BaseResource.finalize(self)


class Cart(Recording[CartData]):
    left = Wheel.request()
    right = Wheel.request()


class ForcedPartCart(Cart):
    right = Wheel.request(force_initialize=True)


class Wagon(Cart):
    """A cart with a part in a part."""

    class HubbedWheel(Wheel):
        hub = Hub.request()

    left = HubbedWheel.request()


CART = CartData(name="c1", left=WheelData(name="w1"), right=WheelData(name="w2"))

BuildCart = Callable[..., tuple[Cart, Steps]]


@pytest.fixture
def built(tmp_path: Path) -> BuildCart:
    def make(kind: type[Cart] = Cart, valid: str = "", **options: Any) -> tuple[Cart, Steps]:
        steps: Steps = []
        given = {name: options.pop(name, {}) for name in ("faults", "actions")}
        config = {"steps": steps, "valid": valid.split(), **given}
        return build(kind, CART, work_dir=tmp_path, config=config, **options), steps

    return make


CONNECTED = ["left connect", "right connect", "cart connect"]
FINALIZED = ["cart finalize", "right finalize", "left finalize"]


def test_row_1_resource_is_validated_and_initialized_if_it_is_not_valid(built: BuildCart) -> None:
    cart, steps = built(valid="left cart")
    set_up(cart)
    assert steps == [*CONNECTED, "left validate", "right validate", "right initialize", "cart validate"]


def test_row_1_parts_inside_of_parts_go_first(built: BuildCart) -> None:
    cart, steps = built(Wagon, valid="left right cart")
    set_up(cart)
    assert steps == [
        "hub of it connect",
        *CONNECTED,
        "hub of it validate",
        "hub of it initialize",
        "left validate",
        "right validate",
        "cart validate",
    ]
    steps.clear()
    tear_down(cart)
    assert steps == [*FINALIZED, "hub of it finalize"]


def test_row_2_skip_init_connects_only(built: BuildCart) -> None:
    cart, steps = built()
    set_up(cart, skip_init=True)
    assert steps == CONNECTED


def test_row_3_dirty_resource_is_validated_whatever_the_flags_say(built: BuildCart) -> None:
    cart, steps = built(valid="left right")
    set_up(cart, skip_init=True, dirty=True)
    assert steps == [*CONNECTED, "left validate", "right validate", "cart validate", "cart initialize"]


INITIALIZED = ["left initialize", "right initialize", "cart initialize"]


@pytest.mark.parametrize("skip_init", [False, True])
def test_row_4_forced_resource_is_initialized_without_asking(built: BuildCart, skip_init: bool) -> None:
    cart, steps = built(valid="left right cart", force_initialize=True)
    set_up(cart, skip_init=skip_init)
    assert steps == [*CONNECTED, *INITIALIZED]

    cart, steps = built(valid="left right cart")
    set_up(cart, skip_init=skip_init, force=True)
    assert steps == [*CONNECTED, *INITIALIZED]


def test_row_5_forced_part_is_initialized_without_asking(built: BuildCart) -> None:
    cart, steps = built(ForcedPartCart, valid="left right cart")
    set_up(cart, skip_init=True)
    assert steps == [*CONNECTED, "right initialize"]


def failing(cart: Cart, **options: Any) -> ResourceError:
    with pytest.raises(ResourceError) as caught:
        set_up(cart, **options)
    return caught.value


def test_row_6_part_that_does_not_connect(built: BuildCart) -> None:
    cart, steps = built(faults={"right connect": FaultError("no link")})
    error = failing(cart)
    assert steps == ["left connect", "right connect", "right finalize", "left finalize"]
    assert str(error) == "c1.right: connect failed: FaultError: no link"
    assert isinstance(error.__cause__, FaultError)


def test_row_7_whole_that_does_not_connect(built: BuildCart) -> None:
    cart, steps = built(faults={"cart connect": FaultError()})
    failing(cart)
    assert steps == [*CONNECTED, *FINALIZED]


@pytest.mark.parametrize("step", ["validate", "initialize"])
def test_row_8_part_that_is_not_made_ready(built: BuildCart, step: str) -> None:
    cart, steps = built(faults={f"left {step}": FaultError()})
    error = failing(cart)
    assert (error.resource, error.step) == ("c1.left", step)
    before = ["left validate"] if step == "validate" else ["left validate", "left initialize"]
    assert steps == [*CONNECTED, *before, *FINALIZED]


@pytest.mark.parametrize("step", ["validate", "initialize"])
def test_row_9_whole_that_is_not_made_ready(built: BuildCart, step: str) -> None:
    cart, steps = built(valid="left right", faults={f"cart {step}": FaultError()})
    error = failing(cart)
    assert (error.resource, error.step) == ("c1", step)
    assert steps[-3:] == FINALIZED
    assert steps.count("cart finalize") == 1


def test_row_10_every_finalize_is_called_whatever_the_others_raise(built: BuildCart) -> None:
    cart, steps = built(faults={"cart finalize": FaultError("a"), "left finalize": FaultError("b")})
    set_up(cart)
    steps.clear()
    errors = tear_down(cart)
    assert steps == FINALIZED
    assert [str(error) for error in errors] == [
        "c1: finalize failed: FaultError: a",
        "c1.left: finalize failed: FaultError: b",
    ]


def test_row_11_failure_of_the_clean_up_is_noted_on_the_first_failure(built: BuildCart) -> None:
    cart, steps = built(faults={"cart validate": FaultError("first"), "right finalize": FaultError("later")})
    error = failing(cart)
    assert str(error) == "c1: validate failed: FaultError: first"
    assert error.__notes__ == ["then c1.right: finalize failed: FaultError: later"]
    assert steps[-3:] == FINALIZED


class StatefulWheel(Wheel):
    def store_state(self, directory: Path) -> None:
        (directory / "wheel.txt").write_text(self.path)
        self._take("store_state")


class StatefulCart(Cart):
    left = StatefulWheel.request()
    right = StatefulWheel.request()

    def store_state(self, directory: Path) -> None:
        (directory / "cart.txt").write_text(self.path)
        self._take("store_state")


def test_state_of_the_whole_is_stored_before_that_of_its_parts(built: BuildCart, tmp_path: Path) -> None:
    cart, steps = built(StatefulCart)
    assert store_state(cart, tmp_path / "state") == []
    assert steps == ["cart store_state", "left store_state", "right store_state"]
    kept = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.txt"))
    assert kept == ["state/cart.txt", "state/left/wheel.txt", "state/right/wheel.txt"]


def test_resource_without_state_leaves_no_directory(built: BuildCart, tmp_path: Path) -> None:
    cart, _ = built()
    assert store_state(cart, tmp_path / "state") == []
    assert list(tmp_path.iterdir()) == []


def test_row_12_every_state_is_stored_whatever_the_others_raise(built: BuildCart, tmp_path: Path) -> None:
    cart, steps = built(StatefulCart, faults={"cart store_state": FaultError("full")})
    errors = store_state(cart, tmp_path / "state")
    assert [str(error) for error in errors] == ["c1: store_state failed: FaultError: full"]
    assert steps == ["cart store_state", "left store_state", "right store_state"]


@pytest.mark.parametrize("step", ["right connect", "left validate", "cart initialize"])
def test_row_13_interrupt_on_the_way_in_finalizes_and_goes_on_as_it_is(built: BuildCart, step: str) -> None:
    cart, steps = built(faults={step: KeyboardInterrupt()})
    with pytest.raises(KeyboardInterrupt):
        set_up(cart)
    begun = [done for done in steps if done.endswith("connect")]
    finalized = [done for done in steps if done.endswith("finalize")]
    assert finalized == [done.replace("connect", "finalize") for done in reversed(begun)]


def test_row_14_interrupt_in_finalize_waits_for_the_others(built: BuildCart) -> None:
    cart, steps = built(faults={"cart finalize": KeyboardInterrupt(), "right finalize": FaultError("x")})
    set_up(cart)
    steps.clear()
    with pytest.raises(KeyboardInterrupt) as caught:
        tear_down(cart)
    assert steps == FINALIZED
    assert caught.value.__notes__ == ["then c1.right: finalize failed: FaultError: x"]


def test_row_14_interrupt_in_store_state_waits_for_the_others(built: BuildCart, tmp_path: Path) -> None:
    cart, steps = built(StatefulCart, faults={"cart store_state": KeyboardInterrupt()})
    with pytest.raises(KeyboardInterrupt):
        store_state(cart, tmp_path / "state")
    assert steps == ["cart store_state", "left store_state", "right store_state"]


def test_row_15_resource_that_cannot_be_built_takes_no_step(built: BuildCart) -> None:
    class Unbuildable(Cart):
        def __init__(self) -> None:
            raise FaultError("crooked")

    with pytest.raises(ResourceError, match=r"^c1: build failed: FaultError: crooked$"):
        built(Unbuildable)


class Meeting:
    """Let steps of several threads meet: each waits until all are there."""

    def __init__(self, steps: int) -> None:
        self.barrier = threading.Barrier(steps)

    def __call__(self) -> None:
        self.barrier.wait(timeout=60)


class QuickCart(Cart):
    PARALLEL_INITIALIZATION = True


class QuickWagon(Wagon):
    PARALLEL_INITIALIZATION = True


def test_row_16_parts_are_made_ready_at_the_same_time(built: BuildCart) -> None:
    meet = Meeting(2)
    cart, steps = built(QuickCart, actions={"left validate": meet, "right initialize": meet})
    set_up(cart)
    assert steps[:3] == CONNECTED
    assert steps[-2:] == ["cart validate", "cart initialize"]
    assert sorted(steps[3:-2]) == ["left initialize", "left validate", "right initialize", "right validate"]
    assert steps.index("left validate") < steps.index("left initialize")


def test_row_16_what_is_inside_of_a_part_goes_before_it(built: BuildCart) -> None:
    meet = Meeting(2)
    cart, steps = built(QuickWagon, actions={"hub of it initialize": meet, "right initialize": meet})
    set_up(cart)
    assert steps.index("hub of it initialize") < steps.index("left validate")


def test_row_17_first_failure_is_reported_with_the_others_attached(built: BuildCart) -> None:
    meet = Meeting(2)
    cart, steps = built(
        QuickCart,
        actions={"left initialize": meet, "right initialize": meet},
        faults={"left initialize": FaultError("lame"), "right initialize": FaultError("flat")},
    )
    error = failing(cart)
    assert steps[-3:] == FINALIZED
    assert "cart validate" not in steps
    [other] = {"c1.left", "c1.right"} - {error.resource}
    [note] = error.__notes__
    assert note.startswith("at the same time:\nTraceback")
    assert "in _take" in note
    assert f"{other}: initialize failed: FaultError: " in note


def test_row_17_no_further_step_begins_after_a_failure(built: BuildCart) -> None:
    failed = threading.Event()

    def wait() -> None:
        assert failed.wait(timeout=60)

    cart, steps = built(
        QuickCart, actions={"right validate": wait}, faults={"left validate": FaultError("lame")}
    )

    def listen(path: str, step: str, duration: float, error: BaseException | None) -> None:
        # What listens is told before the failure is, and the thread of the part must come to its end after that.
        if error is not None:
            left = next(thread for thread in threading.enumerate() if thread.name == "c1.left")

            def tell() -> None:
                left.join()
                failed.set()

            threading.Thread(target=tell).start()

    error = failing(cart, on_step=listen)
    assert (error.resource, hasattr(error, "__notes__")) == ("c1.left", False)
    assert "right initialize" not in steps
    assert steps[-3:] == FINALIZED


def test_row_18_interrupt_waits_for_the_steps_that_are_under_way(built: BuildCart) -> None:
    main = threading.main_thread().ident
    assert main is not None
    interrupted = threading.Event()

    def interrupt() -> None:
        signal.pthread_kill(main, signal.SIGINT)
        assert interrupted.wait(timeout=60)

    def handle(*_: object) -> None:
        interrupted.set()
        raise KeyboardInterrupt

    cart, steps = built(QuickCart, valid="right", actions={"left validate": interrupt})
    before = signal.signal(signal.SIGINT, handle)
    try:
        with pytest.raises(KeyboardInterrupt):
            set_up(cart)
    finally:
        signal.signal(signal.SIGINT, before)
    assert "left initialize" not in steps
    assert steps[-3:] == FINALIZED


def test_row_18_second_interrupt_does_not_wait(built: BuildCart) -> None:
    main = threading.main_thread().ident
    assert main is not None
    twice = threading.Semaphore(0)
    free = threading.Event()

    def interrupt() -> None:
        for _ in range(2):
            signal.pthread_kill(main, signal.SIGINT)
            assert twice.acquire(timeout=60)
        assert free.wait(timeout=60)

    def handle(*_: object) -> None:
        twice.release()
        raise KeyboardInterrupt

    cart, steps = built(QuickCart, valid="right", actions={"left validate": interrupt})
    before = signal.signal(signal.SIGINT, handle)
    try:
        with pytest.raises(KeyboardInterrupt):
            set_up(cart)
        assert steps[-3:] == FINALIZED
    finally:
        signal.signal(signal.SIGINT, before)
        free.set()


def test_finalize_is_called_once_for_each_connect(built: BuildCart) -> None:
    cart, steps = built()
    tear_down(cart)
    assert steps == []
    set_up(cart)
    tear_down(cart)
    tear_down(cart)
    assert steps.count("cart finalize") == 1
    set_up(cart)
    tear_down(cart)
    assert steps.count("cart finalize") == 2


def test_listener_is_told_of_every_step_with_what_it_raised(built: BuildCart) -> None:
    fault = FaultError()
    cart, _ = built(valid="left right", faults={"cart validate": fault})
    told: list[tuple[str, str, BaseException | None]] = []

    def listen(path: str, step: str, duration: float, error: BaseException | None) -> None:
        assert duration >= 0
        told.append((path, step, error))

    failing(cart, on_step=listen)
    assert told == [
        ("c1.left", "connect", None),
        ("c1.right", "connect", None),
        ("c1", "connect", None),
        ("c1.left", "validate", None),
        ("c1.right", "validate", None),
        ("c1", "validate", fault),
        ("c1", "finalize", None),
        ("c1.right", "finalize", None),
        ("c1.left", "finalize", None),
    ]


def test_every_row_of_the_documentation_has_a_test() -> None:
    document = Path(__file__).parents[2] / "docs" / "life-cycle.md"
    rows = set(re.findall(r"^\| (\d+) \|", document.read_text(encoding="utf-8"), re.MULTILINE))
    tests = "".join(
        Path(__file__).with_name(name).read_text(encoding="utf-8")
        for name in ("test_around.py", "test_faults.py", "test_lifecycle.py")
    )
    tested = set(re.findall(r"^def test_row_(\d+)_", tests, re.MULTILINE))
    assert rows == tested
