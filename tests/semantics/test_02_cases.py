"""Section 2: cases."""

from __future__ import annotations

import pytest

from rotest_core.authoring.case import TestCase
from rotest_core.authoring.flow import TestFlow
from rotest_core.events import ExpectationChecked, InformationAdded, ResourceLeased, ResourceReleased
from tests.execution.flow_project import play
from tests.project import Project


def test_2_1_requests_are_leased_together_before_set_up_inherited_and_replaced(project: Project) -> None:
    played = play(
        project,
        """
        class Base(TestCase):
            lamp = Flare.request(name="one")
            tool = Tool.request(size=4)

        class Uses(Base):
            other = Flare.request(name="one")
            lamp = Flare.request(name="two")
            def setUp(self): tell(f"setUp {self.lamp.name} {self.other.name} {self.tool.size}")
            def test(self):
                self.lamp = None
                assert type(self).lamp.name == "lamp"
        """,
    )
    assert played.lived.status == 0
    assert [event.request for event in played.lived.of(ResourceLeased)][:2] == ["lamp", "other"]
    assert played.story[:4] == ["connect two", "connect tool 4", "connect one", "setUp two one 4"]


ORDER = """
        class Whole(Flare):
            def connect(self): tell("connect")
            def validate(self): tell("validate")
            def initialize(self): tell("initialize")
            def store_state(self, directory): tell("store_state")
            def finalize(self): tell("finalize")

        class Uses(TestCase):
            lamp = Whole.request(name="one")
            def setUp(self): self.addCleanup(tell, "cleanup"); tell("setUp"){}
            def test(self): tell("test"); {}
            def tearDown(self): tell("tearDown")

        class Skipped(TestCase):
            lamp = Whole.request(name="one")
            @unittest.skip("never")
            def test_skipped(self): ...
"""


def test_2_2_one_test_goes_through_its_steps_in_order(project: Project) -> None:
    played = play(project, ORDER.format("", "self.fail()"), save_state=True)
    assert played.story == [
        *[
            "connect",
            "validate",
            "initialize",
            "setUp",
            "test",
            "tearDown",
            "cleanup",
            "store_state",
            "finalize",
        ],
    ]
    assert [event.dirty for event in played.lived.of(ResourceReleased)] == [False]


def test_2_2_set_up_that_fails_skips_method_and_tear_down(project: Project) -> None:
    played = play(project, ORDER.format("; self.fail()", "pass"))
    assert played.story == ["connect", "validate", "initialize", "setUp", "cleanup", "finalize"]
    assert [event.dirty for event in played.lived.of(ResourceReleased)] == [True]


def test_2_3_expectations_are_recorded_and_go_on(project: Project) -> None:
    played = play(
        project,
        """
        class Expects(TestCase):
            def test_failure(self):
                tell(self.expect(1 == 2, "odd"))
                tell(self.expect(1 == 1))
                self.expectEqual(1, 2)
                self.expectRaises(ValueError, int, "x")
                with self.expectRaises(ValueError): int("x")
                self.fail("at last")
            def test_error(self):
                self.expectEqual(1, 2)
                raise LookupError
            def test_another(self):
                with self.expectRaises(ValueError): {}["x"]
        """,
    )
    assert played.outcomes == {"test_another": "error", "test_error": "error", "test_failure": "failure"}
    assert played.story == ["False", "True"]
    failed = [event for event in played.lived.of(ExpectationChecked) if not event.passed]
    assert [(event.method, event.values) for event in failed if event.method == "expectEqual"] == [
        ("expectEqual", ("1", "2"))
    ] * 2
    assert all(event.line for event in failed)
    texts = "\n".join(played.texts("test_failure"))
    assert "odd" in texts
    assert "1 != 2" in texts
    assert "at last" in texts
    assert "KeyError" in played.texts("test_another")[-1]


def test_2_4_success_is_information_and_changes_no_outcome(project: Project) -> None:
    played = play(
        project,
        """
        class Tells(TestCase):
            def test(self):
                self.success("one")
                self.addSuccess("two")
                self.assertEqual(1, 1, success_msg="three")
                self.expectEqual(1, 1, success_msg="four")
                self.fail()
        """,
    )
    assert played.outcomes == {"test": "failure"}
    assert [event.text for event in played.lived.of(InformationAdded)] == ["one", "two"]
    assert [event.text for event in played.lived.of(ExpectationChecked)] == ["three", "four"]


def test_2_5_what_is_unittests_is_as_in_unittest(project: Project) -> None:
    played = play(
        project,
        """
        def setUpModule(): tell("setUpModule")
        def tearDownModule(): tell("tearDownModule")

        class Plain(TestCase):
            @classmethod
            def setUpClass(cls): tell("setUpClass")
            @classmethod
            def tearDownClass(cls): tell("tearDownClass")
            def test_a_skip(self): self.skip("a")
            def test_b_skip(self): self.skipTest("b")
            @unittest.skipIf(True, "c")
            def test_c_skip(self): ...
            @unittest.expectedFailure
            def test_d_expected(self): self.fail()
            def test_e_parts(self):
                for number in range(3):
                    with self.subTest(number=number): self.assertNotEqual(number, 1)
        """,
    )
    assert played.story == ["setUpModule", "setUpClass", "tearDownClass", "tearDownModule"]
    assert played.skipped == {"test_a_skip": "a", "test_b_skip": "b", "test_c_skip": "c"}
    assert played.outcomes["test_d_expected"] == "expected_failure"
    [part] = played.lived.reports("test_e_parts")
    assert (part.outcome, part.subtest) == ("failure", "(number=1)")


def test_2_6_a_test_asks_for_more_while_it_runs(project: Project) -> None:
    played = play(
        project,
        """
        from rotest_core import DeadlockError

        class Asks(TestCase):
            lamp = Flare.request(name="one")
            def test(self):
                held = self.lamp
                given = self.request_resources([
                    Flare.request(name="two").bound("lamp"), Flare.request(name="two").bound("more"),
                ])
                assert list(given) == ["more"] and self.lamp is held
                self.release_resources(["more"])
                assert not hasattr(self, "more")
                with self.assertRaises(DeadlockError):
                    self.request_resources([Flare.request(name="one").bound("again")])
        """,
    )
    assert played.lived.status == 0, played.texts("test")
    assert [event.request for event in played.lived.of(ResourceReleased)] == ["more", "lamp"]


@pytest.mark.parametrize("kind", ["TestCase", "TestFlow"])
def test_2_7_time_limits_hold(project: Project, kind: str) -> None:
    assert (TestCase.TIMEOUT, TestFlow.TIMEOUT) == (3600, 1800)
    played = play(
        project,
        f"""
        import time

        class Slow({kind}):
            TIMEOUT = 0.05
            blocks = [Pass]
            def setUp(self): time.sleep(60)
            def test(self): ...
        """,
    )
    [name] = [name for name in played.outcomes if name != "Pass"]
    assert played.outcomes[name] == "error"
    assert "the test took longer than 0.05 s" in played.texts(name)[0]
