"""What a file came to is recalled while its text is the same, and only then."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest

from rotest_core.config.parsed import parse

TEXT = "[run]\nname = 'nightly'\noutputs = ['dots', 'xml']\nwait = inf\n[store]\npath = 'x.db'\n"
TABLES: dict[str, dict[str, object]] = {
    "run": {"name": "nightly", "outputs": ["dots", "xml"], "wait": math.inf},
    "store": {"path": "x.db"},
}


@pytest.fixture
def path(tmp_path: Path) -> str:
    (tmp_path / ".rotest").mkdir()
    return str(tmp_path / "rotest.toml")


def kept(path: str) -> Path:
    return Path(path).parent / ".rotest" / "rotest.toml.parsed"


def test_a_text_means_the_same_when_it_is_recalled(path: str) -> None:
    assert parse(path, TEXT) == TABLES
    content = kept(path).read_bytes()
    assert parse(path, TEXT) == TABLES
    assert kept(path).read_bytes() == content


def test_what_is_recalled_is_what_was_kept(path: str) -> None:
    parse(path, TEXT)
    kept(path).write_bytes(
        kept(path).read_bytes().replace(b"nightly", b"morning", 2).replace(b"'morning'", b"'nightly'")
    )
    assert parse(path, TEXT) == {"run": {**TABLES["run"], "name": "morning"}, "store": TABLES["store"]}


def test_another_text_is_parsed(path: str) -> None:
    parse(path, TEXT)
    assert parse(path, "[run]\nname = 'x'") == {"run": {"name": "x"}}
    assert parse(path, TEXT) == TABLES


@pytest.mark.parametrize("length", range(0, 150, 7))
def test_a_file_that_is_cut_counts_as_absent(path: str, length: int) -> None:
    parse(path, TEXT)
    kept(path).write_bytes(kept(path).read_bytes()[:length])
    assert parse(path, TEXT) == TABLES


def test_dates_are_parsed_each_time(path: str) -> None:
    text = "[config]\nsince = 2024-02-29\n"
    assert parse(path, text) == parse(path, text)
    assert not kept(path).exists()


def test_nothing_is_written_where_nothing_was_run(tmp_path: Path) -> None:
    assert parse(str(tmp_path / "rotest.toml"), TEXT) == TABLES
    assert list(tmp_path.iterdir()) == []


def test_only_the_owner_may_read_it(path: str) -> None:
    before = os.umask(0)
    try:
        parse(path, TEXT)
    finally:
        os.umask(before)
    assert kept(path).stat().st_mode & 0o777 == 0o600


def test_a_place_that_cannot_be_written_does_not_matter(path: str) -> None:
    kept(path).mkdir()
    assert parse(path, TEXT) == TABLES
    assert [file.name for file in kept(path).parent.iterdir() if file.is_file()] == []


def test_what_is_no_toml_is_refused_each_time(path: str) -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match="at the end of a table"):
            parse(path, "[run")
