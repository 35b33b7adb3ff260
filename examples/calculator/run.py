"""The main job in one go: start a real RPyC server, run the tests against it, say where the reports are.

Starts ``rpyc_classic`` on a free port of the loopback interface, writes an inventory that names it, runs
``rotest`` with that, and stops the server whatever happened.
"""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
SERVER = "from rpyc.cli.rpyc_classic import main; main()"


@contextlib.contextmanager
def rpyc_server() -> Generator[int]:
    """Run an RPyC classic server, and yield the port on which it listens."""
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, "--host", "127.0.0.1", "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stderr is not None
        # The server itself says which port the system gave it, once it listens.
        for line in server.stderr:
            if match := re.search(r"server started on \[127\.0\.0\.1\]:(\d+)", line):
                # Its log goes on; somebody must read it, or it would block when the pipe is full.
                threading.Thread(target=server.stderr.read, daemon=True).start()
                yield int(match[1])
                return
        raise SystemExit(f"the RPyC server ended with status {server.wait()} before it listened")
    finally:
        server.terminate()
        server.wait()


def run(arguments: Sequence[str], inventory: Path) -> int:
    """Run this project's tests on an inventory; return the exit status."""
    rotest = [sys.executable, "-m", "rotest_core", "run", "--config", str(HERE / "rotest.toml")]
    return subprocess.call([*rotest, "--set", f"inventory.file={inventory}", *arguments])


def main(arguments: Sequence[str]) -> int:
    """Run the example; `arguments` go to ``rotest run``."""
    with rpyc_server() as port, tempfile.TemporaryDirectory() as directory:
        print(f"RPyC classic server on 127.0.0.1:{port}", flush=True)
        inventory = Path(directory, "inventory.toml")
        text = HERE.joinpath("inventory.toml").read_text(encoding="utf-8")
        inventory.write_text(text.replace("port = 18812", f"port = {port}"), encoding="utf-8")
        return run(arguments or ["--outputs", "tree,xml,excel"], inventory)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
