"""Scripts lease, use and give back by lock()."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import attrs
import pytest

from rotest_core import (
    BaseResource,
    ClaimTimeoutError,
    CleanupErrors,
    NoSuchResourceError,
    PlanError,
    ResourceData,
    ResourceError,
)
from rotest_core.script import Script
from tests.commands import clean_environment


@attrs.frozen(kw_only=True)
class KettleData(ResourceData):
    litres: float = 1.0


class Kettle(BaseResource[KettleData]):
    """A kettle that writes down its steps and fails where the configuration says so."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    def _take(self, step: str) -> None:
        self.steps.append(step)
        if self.config.get("fails") == step:
            raise OSError(f"{step} is broken")

    def connect(self) -> None:
        self._take("connect")

    def validate(self) -> bool:
        self._take("validate")
        return self.config.get("hot") is True

    def initialize(self) -> None:
        self._take("initialize")

    def finalize(self) -> None:
        self._take("finalize")


class Whistle(BaseResource):
    tone: str = "c"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "rotest.toml").write_text(
        '[inventory]\nfile = "inventory.toml"\n[config]\nhot = true\ncold = 1\n[run]\nwait = 0\n'
    )
    (root / "inventory.toml").write_text('[[Kettle]]\nname = "k1"\n')
    monkeypatch.chdir(root)
    return root


def test_locked_resource_is_set_up_and_nobody_elses_until_it_is_released() -> None:
    kettle = Kettle.lock()
    assert kettle.steps == ["connect", "validate"]
    assert (kettle.name, kettle.data.litres) == ("k1", 1.0)
    with pytest.raises(ClaimTimeoutError, match="k1"):
        Kettle.lock(wait=0)
    kettle.release()
    assert kettle.steps == ["connect", "validate", "finalize"]
    Kettle.lock(name="k1").release()


def test_leaving_the_block_gives_back() -> None:
    with Kettle.lock() as kettle:
        assert kettle.steps[0] == "connect"
    with Kettle.lock():
        pass
    assert kettle.steps[-1] == "finalize"


def test_script_may_only_connect() -> None:
    with Kettle.lock(skip_init=True) as kettle:
        assert kettle.steps == ["connect"]


def test_values_of_the_script_go_over_those_of_the_project() -> None:
    with Kettle.lock(config={"hot": False, "more": 2}) as kettle:
        assert kettle.config == {"hot": False, "cold": 1, "more": 2}
        assert kettle.steps == ["connect", "validate", "initialize"]


def test_resource_that_is_not_set_up_is_given_back_dirty() -> None:
    with pytest.raises(ResourceError, match=r"^k1: initialize failed: OSError: initialize is broken$"):
        Kettle.lock(config={"hot": False, "fails": "initialize"})
    with Kettle.lock(skip_init=True) as kettle:
        assert kettle.steps == ["connect", "validate"]


def test_resource_that_is_not_finalized_is_given_back_dirty() -> None:
    kettle = Kettle.lock(config={"fails": "finalize"})
    with pytest.raises(CleanupErrors, match="clean-up of k1 failed") as caught:
        kettle.release()
    assert [str(error) for error in caught.value.exceptions] == [
        "k1: finalize failed: OSError: finalize is broken"
    ]
    with Kettle.lock(skip_init=True) as again:
        assert again.steps == ["connect", "validate"]


def test_service_is_built_without_an_inventory(project: Path) -> None:
    with Whistle.lock(tone="d") as whistle:
        assert whistle.tone == "d"
    assert sorted(path.name for path in project.iterdir()) == ["inventory.toml", "rotest.toml"]


def test_wrong_request_is_an_error_before_anything_is_opened(project: Path) -> None:
    with pytest.raises(PlanError, match="litre: Kettle has no field 'litre'"):
        Kettle.lock(litre=2.0)
    assert not (project / ".rotest").exists()


def test_request_that_nothing_satisfies_says_why() -> None:
    with pytest.raises(NoSuchResourceError, match="litres"):
        Kettle.lock(litres__gt=5)


def test_work_directory_is_the_resources_own(project: Path) -> None:
    with Kettle.lock() as kettle:
        assert kettle.work_dir.is_relative_to(project / ".rotest")
        assert kettle.work_dir.name.endswith("-k1")


def test_configuration_is_that_of_the_directory_of_the_first_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with Whistle.lock() as first:
        monkeypatch.chdir(elsewhere)
        with Whistle.lock() as second:
            assert first.config == second.config == {"hot": True, "cold": 1}
    with Whistle.lock() as third:
        assert third.config == {}


def test_forgotten_resources_are_released_with_a_warning() -> None:
    script = Script()
    request = Kettle.request()
    first = script.lock(request, skip_init=True, config={}, wait=None)
    assert isinstance(first, Kettle)
    with pytest.warns(ResourceWarning, match=r"<Kettle k1> was locked and not released"):
        script.release_all()
    assert first.steps == ["connect", "finalize"]
    script.release_all()


def test_end_of_the_process_releases_what_is_left(project: Path) -> None:
    program = dedent("""
        import attrs
        from rotest_core import BaseResource, ResourceData

        @attrs.frozen(kw_only=True)
        class KettleData(ResourceData):
            litres: float = 1.0

        class Kettle(BaseResource[KettleData]):
            def finalize(self):
                print("finalized")

        kettle = Kettle.lock()
        print("leaving")
    """)
    done = subprocess.run(
        [sys.executable, "-W", "always::ResourceWarning", "-c", program],
        cwd=project,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == "leaving\nfinalized\n"
    assert "ResourceWarning: <Kettle k1> was locked and not released" in done.stderr
    Kettle.lock().release()
