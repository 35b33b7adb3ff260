"""The example of flows runs without a server, and shows each flow with its parts."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.commands import clean_environment

EXAMPLE = Path(__file__).parents[2] / "examples" / "flows"


def test_the_flows_pass_with_all_their_parts(tmp_path: Path) -> None:
    project = tmp_path / "flows"
    shutil.copytree(EXAMPLE, project, ignore=shutil.ignore_patterns(".rotest", "__pycache__"))
    done = subprocess.run(
        [sys.executable, "-m", "rotest_core"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        env=clean_environment(),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    names = [
        line.split()[1]
        for line in done.stdout.splitlines()
        if line.startswith("  ") and len(line.split()) > 1
    ]
    parts = ["Dry", "Heat", "Measure", "Fire", "CoolDown", "Firing"]
    assert [name for name in names if not name.startswith("(")] == [
        *parts,
        "BisqueFiring",
        *parts,
        "GlazeFiring",
    ], done.stdout
