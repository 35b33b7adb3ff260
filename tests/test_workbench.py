"""Resources locked and tests run by hand."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from rotest_core import ConfigError, Outcome, PlanError, UnknownPluginError, UsageError, Workbench

LAB = """
import attrs
from rotest_core import BaseResource, BlockInput, BlockOutput, ResourceData, TestBlock, TestCase, TestFlow

STEPS = []

@attrs.frozen(kw_only=True)
class BenchLampData(ResourceData):
    watts: int = 5

class BenchLamp(BaseResource[BenchLampData]):
    def connect(self): STEPS.append(f"connect {self.name}")
    def finalize(self): STEPS.append(f"finalize {self.name}")

class _Hidden(BenchLamp): ...

class Shine(TestCase):
    lamp = BenchLamp.request()
    def test_shine(self): STEPS.append(f"shine {self.lamp.name}")
    def test_dark(self): self.fail("no")

class Count(TestBlock):
    start: BlockInput[int] = BlockInput(default=0)
    total: BlockOutput[int] = BlockOutput()
    def test_count(self): self.total = self.start + 1

class Check(TestBlock):
    total: BlockInput[int] = BlockInput()
    def test_check(self): self.assertEqual(self.total, 3)

class Glow(TestBlock):
    lamp = BenchLamp.request()
    power: BlockOutput[int] = BlockOutput()
    def test_glow(self):
        STEPS.append(f"glow {self.lamp.name}")
        self.power = self.lamp.watts

class Uses(TestBlock):
    lamp: BlockInput[BenchLamp] = BlockInput()
    def test_uses(self): STEPS.append(f"use {self.lamp.name}")

class Evening(TestFlow):
    lamp = BenchLamp.request()
    blocks = [Glow, Uses]
"""

SETTINGS = """
[run]
outputs = ["dots"]
[outputs.dots]
summary = false
[resources]
modules = ["bench_lab"]
[inventory]
file = "inventory.toml"
[locks]
backend = "memory"
"""


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    (tmp_path / "bench_lab.py").write_text(LAB)
    (tmp_path / "rotest.toml").write_text(SETTINGS)
    (tmp_path / "inventory.toml").write_text(
        '[[BenchLamp]]\nname = "l1"\n[[BenchLamp]]\nname = "l2"\nwatts = 7\n'
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    with Workbench() as bench:
        bench.resources  # noqa: B018 - imports the module
    yield sys.modules["bench_lab"]
    del sys.modules["bench_lab"]


@pytest.fixture
def bench(lab: ModuleType) -> Iterator[Workbench]:
    with Workbench() as made:
        yield made


def test_resources_are_the_public_classes_of_the_project_s_modules(lab: Any, bench: Workbench) -> None:
    assert bench.resources == {"BenchLamp": lab.BenchLamp}


def test_a_case_runs_with_what_it_requests(lab: Any, bench: Workbench) -> None:
    assert bench.run(lab.Shine) is Outcome.FAILURE
    # Whether the lamp stays connected between the two tests is not for this to say.
    assert (lab.STEPS[0], lab.STEPS[-1], lab.STEPS.count("shine l1")) == ("connect l1", "finalize l1", 1)


def test_one_method_of_a_case_runs(lab: Any, bench: Workbench) -> None:
    assert bench.run(lab.Shine, "test_shine") is Outcome.SUCCESS


def test_a_live_resource_is_used_as_it_is(lab: Any, bench: Workbench) -> None:
    lamp = lab.BenchLamp.lock(name="l2")

    assert bench.run(lab.Shine, "test_shine", lamp=lamp) is Outcome.SUCCESS
    assert lab.STEPS == ["connect l2", "shine l2"]

    lamp.release()
    assert lab.STEPS == ["connect l2", "shine l2", "finalize l2"]


def test_a_request_takes_the_place_of_the_declared_one(lab: Any, bench: Workbench) -> None:
    bench.run(lab.Shine, "test_shine", lamp=lab.BenchLamp.request(watts=7))

    assert "shine l2" in lab.STEPS


def test_a_block_runs_alone_and_shares_what_it_puts_out(lab: Any, bench: Workbench) -> None:
    assert bench.run(lab.Count, start=2) is Outcome.SUCCESS
    assert bench.shared_data == {"total": 3}
    assert bench.run(lab.Check) is Outcome.SUCCESS
    assert bench.run(lab.Check, total=4) is Outcome.FAILURE


def test_a_block_with_a_time_limit_runs_in_this_process_too(lab: Any, bench: Workbench) -> None:
    class Limited(lab.Count):  # type: ignore[misc]
        TIMEOUT = 60

    assert bench.run(Limited) is Outcome.SUCCESS
    assert bench.shared_data == {"total": 1}


def test_a_flow_uses_a_live_resource_in_all_its_parts(lab: Any, bench: Workbench) -> None:
    lamp = lab.BenchLamp.lock(name="l2")

    assert bench.run(lab.Evening, lamp=lamp) is Outcome.SUCCESS
    assert lab.STEPS == ["connect l2", "glow l2", "use l2"]
    assert bench.shared_data["power"] == 7


def test_nothing_is_changed_in_what_runs(lab: Any, bench: Workbench) -> None:
    lamp = lab.BenchLamp.lock(name="l2")
    bench.run(lab.Evening, lamp=lamp)
    lamp.release()
    del lab.STEPS[:]

    assert bench.run(lab.Evening) is Outcome.SUCCESS
    assert lab.STEPS == ["connect l1", "glow l1", "use l1", "finalize l1"]


def test_closing_finalizes_and_gives_back_what_is_locked(lab: Any) -> None:
    with Workbench():
        lab.BenchLamp.lock(name="l1")
        lab.BenchLamp.lock(name="l2")

    assert sorted(lab.STEPS) == ["connect l1", "connect l2", "finalize l1", "finalize l2"]
    lab.BenchLamp.lock(name="l1", wait=0).release()


def test_what_is_no_test_or_no_parameter_is_refused_with_what_would_do(lab: Any, bench: Workbench) -> None:
    with pytest.raises(UsageError, match="BenchLamp is no test: a case, a flow or a block is"):
        bench.run(lab.BenchLamp)
    with pytest.raises(UsageError, match=r"requests no 'lmp' \(did you mean 'lamp'\?\); it requests: lamp"):
        bench.run(lab.Shine, lmp=1)
    with pytest.raises(UsageError, match=r"has no test 'test_shin' \(did you mean 'test_shine'\?\)"):
        bench.run(lab.Shine, "test_shin")
    with pytest.raises(PlanError, match="total"):
        bench.run(lab.Check)
    with pytest.raises(PlanError, match="strat"):
        bench.run(lab.Count, strat=1)


def test_an_output_that_does_not_exist_is_refused_at_once(lab: ModuleType) -> None:
    with pytest.raises(UnknownPluginError, match="dot"):
        Workbench(outputs=["dot"])


def test_a_resource_module_that_cannot_be_imported_is_named(lab: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "rotest.toml").write_text('[resources]\nmodules = ["no_such_lab"]\n')

    with pytest.raises(ConfigError, match="no_such_lab"), Workbench() as bench:
        bench.resources  # noqa: B018 - imports it
