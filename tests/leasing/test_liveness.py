"""Whether the process behind a session lives, and being woken when it ends."""

from __future__ import annotations

import select
import subprocess
import sys

import attrs
import pytest

from rotest_core.leasing import Watcher, current_owner, is_dead, start_time
from rotest_core.leasing.liveness import is_of_an_earlier_boot
from rotest_core.plugin.protocols.locks import Owner


def owner_of(process: subprocess.Popen[bytes]) -> Owner:
    return attrs.evolve(current_owner("run"), pid=process.pid, started=start_time(process.pid) or 0)


def sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-S", "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE
    )


def test_this_process_lives() -> None:
    assert not is_dead(current_owner("run"))


def test_a_process_id_that_was_given_to_a_later_process_means_the_dead_one() -> None:
    assert is_dead(attrs.evolve(current_owner("run"), started=1))


def test_of_another_boot_or_name_space_nothing_is_known() -> None:
    assert not is_dead(attrs.evolve(current_owner("run"), boot="another/1", pid=2**30))


def test_a_boot_of_this_host_before_this_one_is_over() -> None:
    here = current_owner("run")
    assert is_of_an_earlier_boot(attrs.evolve(here, boot="another/1"))
    assert not is_of_an_earlier_boot(attrs.evolve(here, boot="another/1", host="elsewhere"))
    assert not is_of_an_earlier_boot(attrs.evolve(here, boot=f"{here.boot.partition('/')[0]}/other"))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no descriptor for a process")
def test_a_watcher_is_woken_when_a_process_ends() -> None:
    watcher, process = Watcher(), sleeper()
    owner = owner_of(process)
    assert watcher.add(1, owner)
    (descriptor,) = watcher.descriptors()
    assert watcher.ended([]) == []
    process.kill()
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    assert poll.poll(10_000)
    assert watcher.ended([descriptor]) == [1]
    assert not watcher.add(2, owner)
    process.communicate()
    assert is_dead(owner)
    watcher.close()


def test_nobody_is_taken_for_dead_whose_descriptor_has_the_number_of_one_that_was() -> None:
    """As when a dead one's was closed, and its number given again, while a thread waited for both."""
    watcher = Watcher()
    watcher.add(1, current_owner("run"))
    assert watcher.ended(watcher.descriptors()) == []
    watcher.close()


def test_a_watcher_watches_those_that_it_is_told_and_no_others() -> None:
    watcher = Watcher()
    here = current_owner("run")
    watcher.only({1: here, 2: here})
    before = len(watcher.descriptors())
    watcher.only({2: here})
    assert len(watcher.descriptors()) == before // 2
    watcher.close()
    assert list(watcher.descriptors()) == []
