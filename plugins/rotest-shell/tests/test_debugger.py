"""IPython's debugger where a test failed."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from rotest_core.plugin.registry import Catalogues, Registry
from rotest_shell.plugin import rotest_register

TEST = """
import unittest

class It(unittest.TestCase):
    def test_it(self):
        level = 7
        self.assertEqual(level, 8)
"""


def fail(level: int) -> None:
    raise OSError(f"too high: {level}")


def test_the_package_brings_a_command_and_a_debugger() -> None:
    catalogues = Catalogues()

    rotest_register(Registry(catalogues, "rotest-shell"))

    assert [entry.name for entry in catalogues.commands] == ["shell"]
    assert [entry.name for entry in catalogues.debuggers] == ["ipdb"]


def test_the_debugger_opens_at_the_frame_that_failed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from rotest_shell.debugger import IPythonDebugger

    monkeypatch.setattr(sys, "stdin", io.StringIO("print('level', level)\nquit\n"))
    with pytest.raises(OSError, match="too high") as caught:
        fail(7)

    IPythonDebugger().post_mortem(caught.tb)

    assert "level 7" in capsys.readouterr().out


def test_debug_uses_it_where_it_is_installed(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TEST)

    done = subprocess.run(
        [sys.executable, "-m", "rotest_core", "-D"],
        cwd=tmp_path,
        input="print('level', level)\nquit\n",
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1, done.stderr
    assert "ipdb> level 7" in done.stdout
