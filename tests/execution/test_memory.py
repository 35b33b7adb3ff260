"""What a run holds in memory does not grow with the number of tests that are done."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import rotest

MODULE = """
import gc
import tracemalloc

import attrs

from rotest_core import BaseResource, ResourceData, TestCase

tracemalloc.start()


@attrs.frozen(kw_only=True)
class FeatherData(ResourceData): ...


class Feather(BaseResource[FeatherData]): ...


class Weighing(TestCase):
    feather = Feather.request()


def make(number):
    def test(self):
        if number in (520, 640):
            gc.collect()
            held, _ = tracemalloc.get_traced_memory()
            (self.work_dir.parent.parent / f"held-{number}").write_text(str(held))

    return test


for number in range(645):
    setattr(Weighing, f"test_{number:03}", make(number))
"""
CONFIGURATION = """
[inventory]
file = "inventory.toml"
[store]
backend = "memory"
[locks]
backend = "memory"
[run]
work_dir = "."
smart_client = {smart_client}
"""


@pytest.mark.parametrize("smart_client", ["true", "false"])
def test_tests_with_resources_leave_next_to_nothing_in_memory(tmp_path: Path, smart_client: str) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "test_a.py").write_text(MODULE)
    (project / "inventory.toml").write_text('[[Feather]]\nname = "f1"\n')
    (project / "rotest.toml").write_text(CONFIGURATION.format(smart_client=smart_client))
    answer = rotest("-o", "dots", cwd=project)
    assert answer.status == 0, answer.err
    (run,) = (project / "runs").glob("2*")
    earlier, later = (int((run / f"held-{number}").read_text()) for number in (520, 640))
    assert (later - earlier) / 120 < 300, "bytes for each test"
