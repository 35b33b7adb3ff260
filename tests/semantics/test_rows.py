"""Each row of docs/semantics.md has a test of its number, in the file of its section."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent


def test_every_row_has_a_test_and_every_test_a_row() -> None:
    text = (HERE.parents[1] / "docs" / "semantics.md").read_text(encoding="utf-8")
    rows = [tuple(map(int, row)) for row in re.findall(r"^(\d+)\.(\d+)\. ", text, re.MULTILINE)]
    assert rows == sorted(set(rows))
    tested = {
        (int(section), int(row))
        for path in HERE.glob("test_*.py")
        for section, row in re.findall(
            r"^def test_(\d+)_(\d+)_", path.read_text(encoding="utf-8"), re.MULTILINE
        )
        if path.name.startswith(f"test_{int(section):02}_")
    }
    assert tested == set(rows)
