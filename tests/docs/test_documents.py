"""Every example of the documentation does what the page says."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.document import REPOSITORY

PATTERNS = ("*.md", "docs/**/*.md", "plugins/*/README.md", "examples/*/README.md")
DOCUMENTS = sorted(
    path for pattern in PATTERNS for path in REPOSITORY.glob(pattern) if "_build" not in path.parts
)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_document_keeps_its_word(document: Path, tmp_path: Path) -> None:
    """In a process of its own: the resource types of one page are not those of another."""
    directory = tmp_path / "story"
    directory.mkdir()
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.docs.document", str(document), str(directory)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
