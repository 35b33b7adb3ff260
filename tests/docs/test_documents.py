"""Every example of the documentation does what the page says."""

from pathlib import Path

import pytest

from tests.docs.document import REPOSITORY, Story, blocks

PATTERNS = ("*.md", "docs/**/*.md", "plugins/*/README.md", "examples/*/README.md")
DOCUMENTS = sorted(
    path for pattern in PATTERNS for path in REPOSITORY.glob(pattern) if "_build" not in path.parts
)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_document_keeps_its_word(document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = tmp_path / "story"
    directory.mkdir()
    monkeypatch.chdir(directory)
    with Story(document, directory) as story:
        for block in blocks(document.read_text(encoding="utf-8")):
            story.play(block)
