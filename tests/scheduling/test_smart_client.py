"""Resources stay set up between the tests that want them."""

from __future__ import annotations

import pytest

from rotest_core.events import (
    Cause,
    Outcome,
    ResourceKept,
    ResourceLeased,
    ResourceReleased,
    ResourceStep,
    TestFinished,
    TestStarted,
)
from tests.execution import live
from tests.execution.devices import story, write_devices
from tests.project import Project
from tests.scheduling.rival import invite

HEAD = """
    from devices import Device, Tool, tell
    from rotest_core import TestCase
    from tests.scheduling.rival import rivals

"""
THREE = (
    HEAD
    + """
    class Uses(TestCase):
        device = Device.request(name="one")
        def test_1(self): tell("test 1")
        def test_2(self): tell("test 2")
        def test_3(self): tell("test 3")
    """
)


def uses(lived: live.Lived) -> list[tuple[str, str, bool, str]]:
    """Give, for each lease of a test: the test, the device, whether it was kept, and what became of it."""
    names = {event.test: event.name for event in lived.of(TestStarted)}
    ends = {
        **{(event.test, event.name): "released" for event in lived.of(ResourceReleased)},
        **{(event.test, event.name): "in doubt" for event in lived.of(ResourceReleased) if event.dirty},
    }
    kept = {(event.test, event.name): "kept" for event in lived.of(ResourceKept)}
    return [
        (
            names[event.test],
            event.name,
            event.kept,
            kept.get((event.test, event.name)) or ends[event.test, event.name],
        )
        for event in lived.of(ResourceLeased)
    ]


def test_a_resource_is_connected_once_for_tests_that_follow_each_other(project: Project) -> None:
    write_devices(project, one="")
    project.write("test_a.py", THREE)
    lived = live.run(project, ".")
    assert lived.status == 0
    assert story(project) == [
        *["connect one", "validate one", "initialize one", "test 1"],
        *["validate one", "initialize one", "test 2"],
        *["validate one", "initialize one", "test 3"],
        "finalize one",
    ]
    assert uses(lived) == [
        ("test_1", "one", False, "kept"),
        ("test_2", "one", True, "kept"),
        ("test_3", "one", True, "released"),
    ]
    assert len({event.token for event in lived.of(ResourceLeased)}) == 1
    assert len(lived.of(ResourceReleased)) == 1


def test_the_events_of_a_test_say_what_was_done_for_it(project: Project) -> None:
    write_devices(project, one="")
    project.write("test_a.py", THREE)
    lived = live.run(project, ".")
    second = [type(event).__name__ for event in lived.events if getattr(event, "test", None) == 1]
    assert second == [
        *["TestStarted", "ResourceLeased", "ResourceStep", "ResourceStep", "SetupFinished"],
        *["TeardownStarted", "ResourceKept", "TestFinished"],
    ]


def test_it_can_be_turned_off(project: Project) -> None:
    write_devices(project, one="")
    project.write("test_a.py", THREE)
    lived = live.run(project, ".", smart_client=False)
    assert story(project).count("connect one") == story(project).count("finalize one") == 3
    assert not lived.of(ResourceKept)
    assert not any(event.kept for event in lived.of(ResourceLeased))


def test_with_skip_init_a_resource_that_stayed_is_left_as_it_is(project: Project) -> None:
    write_devices(project, one="")
    project.write("test_a.py", THREE)
    live.run(project, ".", skip_init=True)
    assert story(project) == ["connect one", "test 1", "test 2", "test 3", "finalize one"]


def test_a_test_that_fails_keeps_and_one_with_an_error_does_not(project: Project) -> None:
    write_devices(project, one="")
    project.write(
        "test_a.py",
        THREE.replace('tell("test 1")', "self.fail()").replace('tell("test 2")', "raise LookupError"),
    )
    lived = live.run(project, ".")
    assert uses(lived) == [
        ("test_1", "one", False, "kept"),
        ("test_2", "one", True, "in doubt"),
        ("test_3", "one", False, "released"),
    ]


def test_the_test_that_ends_the_run_keeps_nothing(project: Project) -> None:
    write_devices(project, one="")
    project.write("test_a.py", THREE.replace('tell("test 2")', "self.fail()"))
    lived = live.run(project, ".", failfast=True)
    assert uses(lived) == [("test_1", "one", False, "kept"), ("test_2", "one", True, "released")]


def test_a_resource_that_stayed_serves_under_another_name_in_the_other_tests_directory(
    project: Project,
) -> None:
    write_devices(project, one="")
    project.write(
        "test_a.py",
        HEAD
        + """
    class TestA(TestCase):
        device = Device.request()
        def test_1(self): self.device.mark = 7

    class TestB(TestCase):
        gadget = Device.request()
        def test_2(self):
            tell(f"{self.gadget.mark} {self.gadget.work_dir.relative_to(self.work_dir)}")
            assert not hasattr(self, "device")
        """,
    )
    lived = live.run(project, ".")
    assert lived.status == 0
    assert "7 resources/gadget" in story(project)
    (released,) = lived.of(ResourceReleased)
    assert (released.request, released.test) == ("gadget", 1)


def test_what_another_class_is_built_of_is_not_what_stayed(project: Project) -> None:
    write_devices(project, one="")
    project.write(
        "test_a.py",
        HEAD
        + """
    class Special(Device): ...

    class TestA(TestCase):
        device = Device.request()
        def test_1(self): tell("test 1")

    class TestB(TestCase):
        device = Special.request()
        def test_2(self): tell(f"test 2 {type(self.device).__name__}")

    class TestC(TestCase):
        device = Device.request()
        def test_3(self): tell("test 3")
        """,
    )
    lived = live.run(project, ".", skip_init=True)
    assert lived.status == 0
    assert story(project) == [
        *["connect one", "test 1", "finalize one"],
        *["connect one", "test 2 Special", "finalize one"],
        *["connect one", "test 3", "finalize one"],
    ]
    # The third test wanted it still when the first one ended; it went under the number of the first.
    late = next(event for event in lived.of(ResourceStep) if event.step == "finalize")
    assert (late.test, lived.of(TestFinished)[0].test) == (0, 0)
    assert lived.events.index(late) > lived.events.index(lived.of(TestFinished)[0])


def test_tests_in_between_leave_it_alone(project: Project) -> None:
    write_devices(project, one="", two="")
    project.write(
        "test_a.py",
        HEAD
        + """
    class TestA(TestCase):
        device = Device.request(name="one")
        def test_1(self): tell("test 1")

    class TestB(TestCase):
        other = Device.request(name="two")
        def test_2(self): tell("test 2")

    class TestC(TestCase):
        def test_3(self): tell("test 3")

    class TestD(TestCase):
        both = Device.request()
        device = Device.request(name="one")
        def test_4(self): tell("test 4")
        """,
    )
    live.run(project, ".", skip_init=True)
    assert story(project) == [
        *["connect one", "test 1", "connect two", "test 2", "test 3", "test 4"],
        *["finalize one", "finalize two"],
    ]


def test_what_is_kept_goes_to_the_request_that_can_have_nothing_else(project: Project) -> None:
    write_devices(project, one="", two="")
    project.write(
        "test_a.py",
        HEAD
        + """
    class TestA(TestCase):
        device = Device.request(name="one")
        def test_1(self): tell("test 1")

    class TestB(TestCase):
        any = Device.request()
        device = Device.request(name="one")
        def test_2(self): tell(f"test 2 {self.any.name}")
        """,
    )
    live.run(project, ".", skip_init=True)
    assert story(project) == [
        *["connect one", "test 1", "connect two", "test 2 two"],
        *["finalize one", "finalize two"],
    ]


def test_it_goes_to_somebody_else_who_began_to_wait_while_the_test_ran(project: Project) -> None:
    write_devices(project, one="")
    project.write(
        "test_a.py",
        HEAD
        + """
    class TestA(TestCase):
        device = Device.request()
        def test_1(self): tell(f"granted: {rivals[0].ask('one')}")

    class TestB(TestCase):
        def test_2(self):
            tell(f"rival has {rivals[0].has()}")
            rivals[0].give_back()

    class TestC(TestCase):
        device = Device.request()
        def test_3(self): tell("test 3")
        """,
    )
    lived = live.run(project, ".", prepare=invite, skip_init=True)
    assert lived.status == 0
    assert story(project) == [
        *["connect one", "granted: False", "finalize one", "rival has ['one']"],
        *["connect one", "test 3", "finalize one"],
    ]
    assert not lived.of(ResourceKept)


def test_it_goes_to_somebody_else_who_begins_to_wait_while_other_tests_run(project: Project) -> None:
    write_devices(project, one="")
    project.write(
        "test_a.py",
        HEAD
        + """
    class TestA(TestCase):
        device = Device.request()
        def test_1(self): tell("test 1")

    class TestB(TestCase):
        def test_2(self): tell(f"granted: {rivals[0].ask('one')}")

    class TestC(TestCase):
        def test_3(self):
            tell(f"rival has {rivals[0].has()}")
            rivals[0].give_back()

    class TestD(TestCase):
        device = Device.request()
        def test_4(self): tell("test 4")
        """,
    )
    lived = live.run(project, ".", prepare=invite, skip_init=True)
    assert lived.status == 0
    assert story(project) == [
        *["connect one", "test 1", "granted: False", "finalize one", "rival has ['one']"],
        *["connect one", "test 4", "finalize one"],
    ]
    (kept,) = lived.of(ResourceKept)
    assert [(event.test, event.dirty) for event in lived.of(ResourceReleased)] == [
        (kept.test, False),
        (3, False),
    ]


def test_nothing_is_waited_for_while_something_is_kept(project: Project) -> None:
    write_devices(project, one="", two="")
    project.write(
        "test_a.py",
        HEAD
        + """
    class TestA(TestCase):
        device = Device.request(name="one")
        def test_1(self): rivals[0].ask("two")

    class TestB(TestCase):
        device = Device.request(name="one")
        other = Device.request(name="two")
        def test_2(self): tell("test 2")

    class TestC(TestCase):
        def test_3(self): tell(f"granted: {rivals[0].ask('one')}")
        """,
    )
    lived = live.run(project, ".", prepare=invite, skip_init=True, wait=0)
    assert lived.outcomes == {
        "test_1": Outcome.SUCCESS,
        "test_2": Outcome.ERROR,
        "test_3": Outcome.SUCCESS,
    }
    assert story(project) == ["connect one", "finalize one", "granted: True"]


def test_a_test_that_asks_for_more_gets_what_is_kept_for_others(project: Project) -> None:
    write_devices(project, one="")
    project.write(
        "test_a.py",
        HEAD
        + """
    class TestA(TestCase):
        device = Device.request(name="one")
        def test_1(self): tell("test 1")

    class TestB(TestCase):
        def test_2(self):
            self.request_resources([Device.request(name="one").bound("more")])
            tell(f"test 2 {self.more.name}")

    class TestC(TestCase):
        device = Device.request(name="one")
        def test_3(self): tell("test 3")
        """,
    )
    lived = live.run(project, ".", skip_init=True)
    assert lived.status == 0
    assert story(project) == [
        *["connect one", "test 1", "finalize one"],
        *["connect one", "test 2 one", "finalize one"],
        *["connect one", "test 3", "finalize one"],
    ]


def test_what_is_given_back_during_a_test_is_not_kept(project: Project) -> None:
    write_devices(project, one="")
    project.write("test_a.py", THREE.replace('tell("test 1")', "self.release_resources()"))
    lived = live.run(project, ".")
    assert uses(lived)[0] == ("test_1", "one", False, "released")


def test_flows_keep_what_they_share(project: Project) -> None:
    write_devices(project, one="")
    project.write(
        "test_a.py",
        HEAD
        + """
    from rotest_core import TestBlock, TestFlow

    class Step(TestBlock):
        def test_step(self): tell(f"step {self.device.name}")

    class Flow(TestFlow):
        device = Device.request()
        blocks = (Step, Step)

    class Uses(TestCase):
        device = Device.request()
        def test(self): tell("test")
        """,
    )
    lived = live.run(project, ".", skip_init=True)
    assert lived.status == 0
    assert story(project).count("connect one") == story(project).count("finalize one") == 1
    assert story(project)[-1] == "finalize one"


def test_a_finalize_that_fails_between_tests_is_an_error_of_the_run(project: Project) -> None:
    write_devices(project, one="finalize")
    project.write(
        "test_a.py",
        HEAD
        + """
    class TestA(TestCase):
        device = Device.request(name="one")
        def test_1(self): tell("test 1")

    class TestB(TestCase):
        def test_2(self): self.request_resources([Device.request(name="one").bound("more")])

    class TestC(TestCase):
        device = Device.request(name="one")
        def test_3(self): tell("test 3")
        """,
    )
    lived = live.run(project, "test_a.py::TestA", "test_a.py::TestB", "test_a.py::TestC", skip_init=True)
    assert lived.status == 3
    (fixture,) = [event for event in lived.of(TestStarted) if event.kind == "fixture"]
    (end,) = [event for event in lived.of(TestFinished) if event.test == fixture.test]
    assert (end.outcome, end.cause) == (Outcome.ERROR, Cause.INFRASTRUCTURE)
    assert "finalize is broken" in lived.reports(fixture.name)[0].summary
    assert lived.outcomes["test_1"] is Outcome.SUCCESS
    first = lived.of(ResourceReleased)[0]
    assert (first.test, first.dirty) == (0, True)


@pytest.mark.parametrize("ending", ["self.fail()", "raise KeyboardInterrupt"])
def test_what_is_kept_is_given_back_when_the_run_ends_early(project: Project, ending: str) -> None:
    write_devices(project, one="", two="")
    project.write(
        "test_a.py",
        HEAD
        + f"""
    class TestA(TestCase):
        device = Device.request(name="one")
        def test_1(self): tell("test 1")

    class TestB(TestCase):
        def test_2(self): {ending}

    class TestC(TestCase):
        device = Device.request(name="one")
        def test_3(self): tell("test 3")
        """,
    )
    lived = live.run(project, ".", prepare=invite, skip_init=True, failfast=True)
    assert story(project) == ["connect one", "test 1", "finalize one"]
    assert [(event.test, event.dirty) for event in lived.of(ResourceReleased)] == [(0, False)]


def test_a_record_that_changed_is_built_anew(project: Project) -> None:
    write_devices(project, one="")
    project.write(
        "test_a.py",
        HEAD
        + """
    import attrs
    from rotest_core.model.record import RecordKey

    class TestA(TestCase):
        device = Device.request()
        def test_1(self):
            store = rivals[0].store
            record = store.get(RecordKey("Device", "one"))
            store.apply(put=[attrs.evolve(record, fields={"fails": "", "ready": True})])

    class TestB(TestCase):
        device = Device.request()
        def test_2(self): tell(f"ready: {self.device.data.ready}")
        """,
    )

    lived = live.run(project, ".", prepare=invite, skip_init=True)
    assert lived.status == 0
    assert story(project) == [
        *["connect one", "finalize one"],
        *["connect one", "ready: True", "finalize one"],
    ]
