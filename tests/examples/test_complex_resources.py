"""The example of complex resources runs without any device, and keeps what a failure left."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.commands import clean_environment

EXAMPLE = Path(__file__).parents[2] / "examples" / "complex_resources"


def test_the_example_passes_and_what_fails_on_purpose_keeps_its_state(tmp_path: Path) -> None:
    project = tmp_path / "complex_resources"
    shutil.copytree(EXAMPLE, project, ignore=shutil.ignore_patterns(".rotest", "__pycache__"))
    done = subprocess.run(
        [sys.executable, "-m", "rotest_core", "--save-state", "."],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        env=clean_environment(),
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "FAILED  4 passed, 1 failed" in done.stdout
    [state] = project.glob(".rotest/runs/latest/tests/*-test_on_purpose/state/rig")
    assert (state / "left" / "console.txt").read_text() == "boot\nflash broken"
    assert (state / "right" / "console.txt").read_text() == "boot"
    [booted] = project.glob(".rotest/runs/latest/tests/*-test_on_purpose/resources/rig/left/boot.log")
    assert booted.read_text() == "booted\n"
