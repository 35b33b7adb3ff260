"""The process that workers are forked from.

It is forked while the run is young: all test modules are imported, and there is no thread, no database connection and
no lease. It never runs a test, so each worker starts from the same clean state, within milliseconds.

====================================  =====================================================
``("fork", name)``                    answered by ``("forked", name, pid)`` with three descriptors: the coordinator's
                                      end of the worker's socket, the file that its crashes are written to, and the
                                      memory for what it tells
``("signal", name, number)``          send a signal to a worker
``("kill", name)``                    kill a worker and all processes of its group
``("ended", name, status)``           told when a worker has ended, as os.waitpid gives the status
====================================  =====================================================
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal

from rotest_backends.executors.packing import pack, unpack
from rotest_backends.executors.ring import make_memory
from rotest_backends.executors.wire import Assembler, packets, send_descriptors, socket_pair

TYPE_CHECKING = False
if TYPE_CHECKING:
    import _socket
    from collections.abc import Callable
    from typing import NoReturn, TypeAlias

    Serve: TypeAlias = Callable[[str, _socket.socket, int, int], None]
    """Runs in a worker's process: takes its name, its socket, the file for crashes, the memory for what it tells."""


class Nursery:
    """Fork workers, end them, tell how they ended.

    Args:
        control: the socket to the coordinator.
        serve: what a worker does.
    """

    def __init__(self, control: _socket.socket, serve: Serve) -> None:
        self._control = control
        self._serve = serve
        self._names: dict[int, str] = {}
        self._awake, self._bell = os.pipe()

    def run(self) -> NoReturn:
        """Serve the coordinator until it is gone; then nothing is left of the workers."""
        self._settle_in()
        assembler = Assembler()
        try:
            while True:
                ready, _, _ = select.select([self._control.fileno(), self._awake], [], [])
                if self._awake in ready:
                    os.read(self._awake, 4096)
                    self._bury()
                if self._control.fileno() in ready:
                    packet = self._control.recv(4096)
                    if not packet:
                        break
                    body = assembler.add(packet)
                    if body is not None:
                        self._obey(*unpack(body))
        finally:
            for pid in self._names:
                _kill_group(pid)
            os._exit(0)

    def _settle_in(self) -> None:
        """Leave the terminal's process group: its Ctrl-C is the coordinator's, who tells the workers."""
        with contextlib.suppress(OSError):
            os.setpgid(0, 0)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.set_blocking(self._bell, False)
        signal.set_wakeup_fd(self._bell, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _wake_up)
        # What was imported is not to be looked at by the garbage collector of every worker, which would copy it.
        gc.freeze()
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)

    def _obey(self, word: str, name: str, number: int = signal.SIGKILL) -> None:
        if word == "fork":
            self._fork(name)
            return
        for pid, known in self._names.items():
            if known == name:
                if word == "kill":
                    _kill_group(pid)
                else:
                    os.kill(pid, number)

    def _fork(self, name: str) -> None:
        theirs, ours = socket_pair()
        crashes, told = os.memfd_create(f"rotest-{name}"), make_memory(f"rotest-{name}-told")
        pid = os.fork()
        if not pid:
            try:
                self._become_worker(theirs, ours)
                self._serve(name, ours, crashes, told)
            finally:
                os._exit(70)
        # Before it is told of, so that the group can be killed at any time.
        with contextlib.suppress(OSError):
            os.setpgid(pid, pid)
        self._names[pid] = name
        [packet] = packets(pack(("forked", name, pid)))
        send_descriptors(self._control, packet, theirs.fileno(), crashes, told)
        theirs.close()
        ours.close()
        os.close(crashes)
        os.close(told)

    def _become_worker(self, theirs: _socket.socket, ours: _socket.socket) -> None:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        with contextlib.suppress(OSError):
            os.setpgid(0, 0)
        theirs.close()
        self._control.close()
        os.close(self._awake)
        os.close(self._bell)

    def _bury(self) -> None:
        """Tell of the workers that have ended, and kill what those left behind that did not end by themselves."""
        for pid in tuple(self._names):
            # Looked at first, and reaped after its group was killed: until then nobody else can get its number.
            ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is not None:
                if ended.si_code != os.CLD_EXITED or ended.si_status:
                    _kill_group(pid)
                _, status = os.waitpid(pid, 0)
                [packet] = packets(pack(("ended", self._names.pop(pid), status)))
                self._control.send(packet)


def _wake_up(number: int, frame: object) -> None:
    """Do nothing: that there is a handler makes the signal ring the bell."""


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
