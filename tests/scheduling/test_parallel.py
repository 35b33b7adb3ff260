"""Runs of the real command on several workers."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rotest_backends.locks.sqlite import open_sqlite
from rotest_core.events import InformationAdded, ResourceLeased, ResourceReleased, TestFinished, TestStarted
from rotest_core.plugin import LockStep
from rotest_core.testing import check_history
from tests.scheduling.parallel_project import LampProject, interrupt

MIXED = """
import unittest
from rotest_core import TestCase
from lab import Lamp

class Plain(unittest.TestCase):
    def test_success(self): pass
    def test_failure(self): self.fail("as it should")
    def test_error(self): raise ValueError("as it should")
    @unittest.skip("not today")
    def test_skip(self): pass
    @unittest.expectedFailure
    def test_expected(self): self.fail()
    def test_parts(self):
        for number in range(3):
            with self.subTest(number=number):
                self.assertNotEqual(number, 1)

class Lit(TestCase):
    lamp = Lamp.request()
    def test_one(self):
        self.logger.info("lit")
        self.expectEqual(1, 1)
    def test_two(self): self.expectEqual(1, 2)
    def test_three(self): self.fail()

class Impossible(TestCase):
    lamp = Lamp.request(name="none")
    def test_nothing(self): pass

class Broken(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise OSError("no")
    def test_never(self): pass
"""


@pytest.fixture
def project(tmp_path: Path) -> LampProject:
    root = tmp_path / "project"
    root.mkdir()
    return LampProject(root)


def test_same_happens_as_in_a_serial_run_but_for_order_and_times(project: LampProject) -> None:
    project.write("test_mixed.py", MIXED)
    # Workers keep nothing between tests; see docs/smart-client.md.
    serial = project.run("--executor", "serial", "--set", "run.smart_client=false")
    expected = project.kinds()
    for workers in "2", "5":
        parallel = project.run("-p", workers)

        assert parallel.status == serial.status == 1
        assert project.kinds() == expected


def test_tests_that_can_have_nothing_are_each_given_up_once(project: LampProject) -> None:
    project.write(
        "test_never.py",
        """
        from lab import Lamp
        from rotest_core import TestCase
        class Never(TestCase):
            lamp = Lamp.request(name="none")
            def test_0(self): pass
            def test_1(self): pass
        """,
    )

    answer = project.run("-p", "2")

    assert answer.status == 3
    assert "internal error" not in answer.err
    assert project.outcomes() == {"test_0": "error", "test_1": "error"}


def test_tests_of_one_class_run_at_the_same_time(project: LampProject) -> None:
    """Each waits for the other: with one worker at a time neither would end well."""
    project.write(
        "test_pair.py",
        """
        import unittest, time
        from pathlib import Path

        class Pair(unittest.TestCase):
            def meet(self, mine, other):
                Path(mine).touch()
                last = time.monotonic() + 20
                while not Path(other).exists():
                    self.assertLess(time.monotonic(), last)
            def test_a(self): self.meet("a", "b")
            def test_b(self): self.meet("b", "a")
        """,
    )

    assert project.run("-p", "2").status == 0


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("os._exit(3)", "ended with status 3"),
        ("os.kill(os.getpid(), 9)", "was killed by signal 9 (SIGKILL)"),
        ("__import__('faulthandler')._sigsegv()", "was killed by signal 11 (SIGSEGV)"),
        ("os.closerange(3, 100)", ""),
    ],
)
def test_worker_that_dies_costs_its_own_test(project: LampProject, how: str, said: str) -> None:
    project.write(
        "test_death.py",
        f"""
        import os, logging, unittest
        class Case(unittest.TestCase):
            def test_0(self): pass
            def test_1(self): pass
            def test_2(self):
                logging.info("my last words")
                {how}
                import time; time.sleep(60)
            def test_3(self): pass
            def test_4(self): pass
        """,
    )

    answer = project.run("-p", "2")

    assert answer.status == 3
    assert project.outcomes() == {
        "test_0": "success",
        "test_1": "success",
        "test_2": "error",
        "test_3": "success",
        "test_4": "success",
    }
    assert said in project.texts("test_2")
    assert "my last words" in project.texts("test_2")


def test_resources_of_a_dead_worker_are_finalized_by_another_and_given_back_dirty(
    project: LampProject,
) -> None:
    project.write(
        "test_death.py",
        """
        import os
        from lab import Lamp, note
        from rotest_core import TestCase
        class Case(TestCase):
            lamp = Lamp.request(name="l1")
            def test_it(self):
                note(self.lamp.name, "died")
                os._exit(1)
        """,
    )

    project.run("-p", "2", "--executor", "process")

    [connect, initialize, died, again, finalize] = project.steps()
    assert [step[2] for step in project.steps()] == ["connect", "initialize", "died", "connect", "finalize"]
    assert connect[0] == initialize[0] == died[0] != again[0] == finalize[0]
    [released] = [event for event in project.events() if isinstance(event, ResourceReleased)]
    assert released.dirty


def test_what_a_test_asked_for_while_it_ran_is_finalized_after_its_worker_died_too(
    project: LampProject,
) -> None:
    project.write(
        "test_death.py",
        """
        import os
        from lab import Lamp, note
        from rotest_core import TestCase
        class Case(TestCase):
            def test_it(self):
                self.request_resources([Lamp.request(lambda data: data.watts == 5, name="l2").bound("other")])
                note(self.other.name, "died")
                os._exit(1)
        """,
    )

    project.run("-p", "2", "--executor", "process")

    assert [step[1:] for step in project.steps()] == [
        ["l2", "connect"],
        ["l2", "initialize"],
        ["l2", "died"],
        ["l2", "connect"],
        ["l2", "finalize"],
    ]
    [released] = [event for event in project.events() if isinstance(event, ResourceReleased)]
    assert released.dirty


def test_class_fixture_is_set_up_once_for_all_its_tests(project: LampProject) -> None:
    project.write(
        "test_class.py",
        """
        import unittest
        from lab import note
        class Shared(unittest.TestCase):
            @classmethod
            def setUpClass(cls): note("Shared", "up")
            @classmethod
            def tearDownClass(cls): note("Shared", "down")
        for number in range(20):
            setattr(Shared, f"test_{number}", lambda self: note("Shared", "test"))
        class Other(unittest.TestCase):
            def test_other(self): pass
            def test_another(self): pass
        """,
    )

    assert project.run("-p", "3").status == 0

    steps = project.steps()
    assert len({step[0] for step in steps}) == 1
    assert [step[2] for step in steps] == ["up", *["test"] * 20, "down"]


def test_module_fixture_holds_its_module_together(project: LampProject) -> None:
    project.write(
        "test_module.py",
        """
        import unittest
        from lab import note
        def setUpModule(): note("module", "up")
        def tearDownModule(): note("module", "down")
        class A(unittest.TestCase):
            def test_a(self): note("module", "test")
        class B(unittest.TestCase):
            def test_b(self): note("module", "test")
        """,
    )
    project.write(
        "test_other.py", "import unittest\nclass C(unittest.TestCase):\n    def test_c(self): pass\n"
    )

    assert project.run("-p", "3").status == 0
    assert [step[2] for step in project.steps()] == ["up", "test", "test", "down"]


def test_running_test_leases_more_with_a_condition_in_python(project: LampProject) -> None:
    project.write(
        "test_more.py",
        """
        from lab import Lamp
        from rotest_core import ClaimTimeoutError, NoSuchResourceError, TestCase
        class More(TestCase):
            def test_more(self):
                wanted = "l2"
                request = Lamp.request(lambda data: data.name == wanted).bound("lamp")
                self.request_resources([request])
                self.assertEqual("l2", self.lamp.name)
                self.release_resources(["lamp"])
            def test_none(self):
                with self.assertRaises(NoSuchResourceError):
                    self.request_resources([Lamp.request(name="l9").bound("lamp")])
        """,
    )

    answer = project.run("-p", "2")

    assert answer.status == 0, answer.out


def test_no_test_starts_after_a_failure_with_failfast(project: LampProject) -> None:
    project.write(
        "test_fail.py",
        """
        import time
        from pathlib import Path
        from rotest_core import TestCase
        class Case(TestCase):
            def test_0(self): self.fail()
            def test_1(self):
                journal = Path(".rotest/runs/latest/events.jsonl")
                last = time.monotonic() + 30
                while '"outcome":"failure","duration"' not in journal.read_text():
                    self.assertLess(time.monotonic(), last)
            def test_2(self): pass
            def test_3(self): pass
        """,
    )

    assert project.run("-p", "2", "--failfast", "--policy", "fifo").status == 1
    assert project.outcomes() == {"test_0": "failure", "test_1": "success"}


def test_interrupt_cleans_up_what_runs_and_starts_no_more(project: LampProject) -> None:
    project.write("test_long.py", LONG)
    process = project.start("-p", "2")
    project.until("l1.runs")
    project.until("l2.runs")

    interrupt(process)
    out, _ = process.communicate(timeout=30)

    assert process.returncode == 130, out
    assert [step[2] for step in project.steps()].count("finalize") == 2
    assert [step[2] for step in project.steps()].count("tearDown") == 2
    assert len(project.outcomes()) == 2


def test_second_interrupt_ends_everything_at_once(project: LampProject) -> None:
    project.write("test_long.py", LONG.replace("note('lamp', 'tearDown')", "time.sleep(60)"))
    process = project.start("-p", "2")
    project.until("l1.runs")
    project.until("l2.runs")

    interrupt(process)
    project.until("tearing-down")
    started = time.monotonic()
    interrupt(process)
    out, _ = process.communicate(timeout=30)

    assert process.returncode == 130, out
    assert time.monotonic() - started < 50
    assert _alive_in(project.root) == []


LONG = """
import time
from pathlib import Path
from lab import Lamp, note
from rotest_core import TestCase
class Case(TestCase):
    lamp = Lamp.request()
    def tearDown(self):
        Path("tearing-down").touch()
        note('lamp', 'tearDown')
    def wait(self):
        Path(self.lamp.name + ".runs").touch()
        time.sleep(60)
    def test_a(self): self.wait()
    def test_b(self): self.wait()
    def test_c(self): self.wait()
"""


def _alive_in(root: Path) -> list[int]:
    """Return the processes that still work in a directory, after giving killed ones a moment to be gone."""
    alive: list[int] = []
    for _ in range(200):
        alive = [int(process.name) for process in Path("/proc").glob("[0-9]*") if _works_in(process, root)]
        if not alive:
            break
        time.sleep(0.01)
    return alive


def _works_in(process: Path, root: Path) -> bool:
    try:
        return (process / "cwd").readlink() == root
    except OSError:
        return False


@pytest.mark.parametrize("victim", ["coordinator", "nursery"])
def test_nothing_is_left_when_a_process_of_the_run_is_killed(project: LampProject, victim: str) -> None:
    project.write("test_long.py", LONG)
    process = project.start("-p", "2")
    project.until("l1.runs")
    project.until("l2.runs")
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()

    os.kill(process.pid if victim == "coordinator" else int(children[0]), signal.SIGKILL)
    process.communicate(timeout=30)

    assert process.returncode == (-9 if victim == "coordinator" else 3)
    assert _alive_in(project.root) == []


def test_limit_ends_a_sleep_and_lets_the_test_clean_up(project: LampProject) -> None:
    project.write("test_limit.py", LIMITED.format(body="time.sleep(60)"))

    started = time.monotonic()
    answer = project.run()

    assert time.monotonic() - started < 50
    assert answer.status == 1
    assert "the test took longer than 0.3 s" in project.texts("test_it")
    assert "thread bystander" in project.texts("test_it")
    assert [step[2] for step in project.steps()] == ["connect", "initialize", "tearDown", "finalize"]
    assert project.outcomes() == {"test_it": "error", "test_next": "success"}


@pytest.mark.parametrize(
    "body",
    [
        "hashlib.pbkdf2_hmac('sha256', b'x', b'y', 10 ** 9)",
        "threading.Thread(target=lambda: None).start() or [swallow() for _ in iter(int, 1)]",
    ],
)
def test_what_no_exception_ends_is_killed_and_cleaned_up_after(project: LampProject, body: str) -> None:
    project.write("test_limit.py", LIMITED.format(body=body))

    started = time.monotonic()
    answer = project.run()

    assert time.monotonic() - started < 50
    assert answer.status == 1
    assert "the test took longer than 0.3 s" in project.texts("test_it")
    assert "test_limit.py" in project.texts("test_it")
    steps = [step[2] for step in project.steps()]
    assert steps == ["connect", "initialize", "connect", "finalize"]
    assert project.outcomes() == {"test_it": "error", "test_next": "success"}


LIMITED = """
import hashlib, threading, time, unittest
from lab import Lamp, note
from rotest_core import TestCase

def swallow():
    try:
        time.sleep(60)
    except BaseException:
        pass

class Case(TestCase):
    TIMEOUT = 0.3
    lamp = Lamp.request(name="l1")
    def setUp(self):
        threading.Thread(target=time.sleep, args=(60,), daemon=True, name="bystander").start()
    def test_it(self):
        {body}
    def tearDown(self): note("l1", "tearDown")

class Next(unittest.TestCase):
    def test_next(self): pass
"""


def test_limit_holds_in_this_process_too(project: LampProject) -> None:
    project.write(
        "test_limit.py", LIMITED.format(body="threading.Lock().acquire() and swallow and time.sleep(9)")
    )

    answer = project.run("--executor", "serial")

    assert answer.status == 1
    assert project.outcomes() == {"test_it": "error", "test_next": "success"}


def test_set_up_that_takes_too_long_is_an_infrastructure_error(project: LampProject) -> None:
    project.write(
        "test_slow.py",
        """
        import time
        from lab import Lamp, note
        from rotest_core import TestCase
        class Slow(Lamp):
            def initialize(self): time.sleep(60)
        class Case(TestCase):
            lamp = Slow.request()
            def test_it(self): pass
        """,
    )

    answer = project.run("--set", "run.setup_timeout=0.2")

    assert answer.status == 3
    assert "the set-up of the test's resources took longer than 0.2 s" in project.texts("test_it")
    assert [step[2] for step in project.steps()] == ["connect", "finalize"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-p", "0"), "is no number of workers"),
        (("-p", "many"), "is no number of workers"),
        (("-p", "2", "-D"), "run.debug (-D) needs the tests in this process"),
        (("-p", "2", "--executor", "serial"), "runs one test at a time"),
        (("--shard", "6/5"), "is not a part like 2/5"),
        (("--shard", "x"), "is not a part like 2/5"),
    ],
)
def test_what_does_not_go_together_is_refused(
    project: LampProject, words: tuple[str, ...], said: str
) -> None:
    project.write("test_any.py", "raise AssertionError('nothing is imported')")

    answer = project.run(*words)

    assert answer.status == 2
    assert said in answer.err


def test_shards_are_disjoint_and_together_everything(project: LampProject) -> None:
    project.write("test_mixed.py", MIXED)
    project.run("--executor", "serial")
    everything = _ids(project)
    parts: list[str] = []
    for part in range(1, 4):
        (project.root / ".rotest" / "durations.json").unlink(missing_ok=True)  # each machine has the same
        project.run("--shard", f"{part}/3", "--executor", "serial")
        parts += _ids(project)

    assert sorted(parts) == sorted(everything)


def _ids(project: LampProject) -> list[str]:
    return [event.id for event in project.events() if isinstance(event, TestStarted) if event.kind == "case"]


def test_device_goes_from_test_to_test_without_being_given_back_until_its_record_changes(
    project: LampProject,
) -> None:
    project.write("rotest.toml", '[resources]\nmodules = ["lab"]\n[inventory]\nfile = "inventory.toml"\n')
    project.write(
        "test_lamps.py",
        """
        import subprocess, sys
        from lab import Lamp
        from rotest_core import TestCase
        class One(TestCase):
            lamp = Lamp.request(name="l1")
            def test_0(self): pass
            def test_1(self): pass
            def test_2(self):
                words = ["resources", "set", "Lamp/l1", "watts=7"]
                subprocess.run([sys.executable, "-m", "rotest_core", *words], check=True)
        class Two(TestCase):
            other = Lamp.request(name="l1")
            def test_3(self): self.assertEqual(7, self.other.data.watts)
        """,
    )

    answer = project.run("-p", "2", "--executor", "process", "--policy", "fifo")

    assert answer.status == 0, answer.out
    tokens = [event.token for event in project.events() if isinstance(event, ResourceLeased)]
    assert tokens[0] == tokens[1] == tokens[2] != tokens[3]
    given_back = [event.test for event in project.events() if isinstance(event, ResourceReleased)]
    assert given_back == [0, 1, 2, 3]


def test_two_runs_share_three_devices(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    project = LampProject(root, lamps=3)
    project.write("rotest.toml", '[resources]\nmodules = ["lab"]\n[inventory]\nfile = "inventory.toml"\n')
    project.write(
        "test_many.py",
        """
        from lab import Lamp
        from rotest_core import TestCase
        import os
        class Case(TestCase):
            lamp = Lamp.request()
            def use(self):
                held = os.open(self.lamp.name + ".held", os.O_CREAT | os.O_EXCL)
                os.close(held)
                os.unlink(self.lamp.name + ".held")
        for number in range(30):
            setattr(Case, f"test_{number}", Case.use)
        """,
    )
    runs: list[subprocess.Popen[str]] = [project.start("-p", "4", "-n", name) for name in ("one", "two")]
    outs = [run.communicate(timeout=60)[0] for run in runs]

    assert [run.returncode for run in runs] == [0, 0], outs
    strategy = open_sqlite(root / ".rotest" / "rotest.db")
    history = strategy.history()
    strategy.close()
    assert check_history(history) == []
    # What nobody else waits for goes from test to test without being given back.
    assert 6 <= len([event for event in history if event.step is LockStep.GRANTED]) <= 60


def test_small_runs_stay_in_one_process_once_it_is_known_that_they_are_small(project: LampProject) -> None:
    body = "".join(f"    def test_{number}(self): pass\n" for number in range(200))
    project.write("test_small.py", f"import unittest\nclass Small(unittest.TestCase):\n{body}")

    project.run("-p", "2")
    first = {event.worker for event in project.events() if isinstance(event, TestStarted)}
    project.run("-p", "2")
    second = {event.worker for event in project.events() if isinstance(event, TestStarted)}

    assert first <= {"w1", "w2"}
    assert second == {""}
    assert sum(isinstance(event, TestFinished) for event in project.events()) == 200


def test_why_a_test_waits_is_told_while_others_run(project: LampProject) -> None:
    project.write("rotest.toml", '[resources]\nmodules = ["lab"]\n[inventory]\nfile = "inventory.toml"\n')
    project.write(
        "test_wait.py",
        """
        import time, unittest
        from pathlib import Path
        from lab import Lamp
        from rotest_core import TestCase

        def patiently(condition):
            last = time.monotonic() + 30
            while not condition():
                assert time.monotonic() < last
                time.sleep(0.01)

        class Lit(TestCase):
            lamp = Lamp.request(name="l1")
            def test_lit(self): pass

        class Busy(unittest.TestCase):
            def test_busy(self):
                Path("busy").touch()
                journal = Path(".rotest/runs/latest/events.jsonl")
                patiently(lambda: "l1 is held by" in journal.read_text())
                Path("told").touch()
        """,
    )
    project.write(
        "hold.py",
        """
        import time
        from pathlib import Path
        from lab import Lamp
        with Lamp.lock(name="l1"):
            Path("held").touch()
            while not Path("told").exists():
                time.sleep(0.01)
        """,
    )
    holder = subprocess.Popen([sys.executable, "hold.py"], cwd=project.root)
    project.until("held")

    answer = project.run("-p", "2")

    assert holder.wait(30) == 0
    assert answer.status == 0
    assert project.outcomes() == {"test_lit": "success", "test_busy": "success"}


@pytest.mark.parametrize("words", [("--executor", "serial"), ("-p", "2")])
def test_what_a_failed_test_had_is_held_for_a_while_and_the_run_ends(
    project: LampProject, words: tuple[str, ...]
) -> None:
    project.write("rotest.toml", '[resources]\nmodules = ["lab"]\n[inventory]\nfile = "inventory.toml"\n')
    project.write(
        "test_fail.py",
        """
        from lab import Lamp
        from rotest_core import TestCase
        class Case(TestCase):
            lamp = Lamp.request(name="l1")
            def test_0(self): pass
            def test_1(self): self.fail()
            def test_2(self): pass
        """,
    )

    answer = project.run("--hold-on-failure", "2h", "-n", "nightly", "-p", "1", *words, "--policy", "fifo")

    assert answer.status == 1
    assert project.outcomes() == {"test_0": "success", "test_1": "failure"}
    [said] = [event.text for event in project.events() if isinstance(event, InformationAdded)]
    assert re.fullmatch(
        r"held as 'nightly' until \S+ \S+: Lamp/l1; rotest locks break l1 ends it earlier", said
    )
    locks = project.run("locks")
    assert "l1" in locks.out
    assert "nightly" in locks.out
    assert "test_fail.py::Case::test_1 failed" in locks.out
    waits = project.run("--wait", "0.1s", "test_fail.py::Case::test_0")
    assert waits.status == 3
    assert "(run nightly)" in project.texts("test_0")
    assert project.run("locks", "break", "l1", "--reason", "seen").status == 0
    assert project.run("test_fail.py::Case::test_0").status == 0
