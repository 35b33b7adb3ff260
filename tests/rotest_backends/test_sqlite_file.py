"""The shared SQLite file: who may open it, how its schema grows, and what its troubles are called."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from sqlite_utils import Database

from rotest_backends.sqlite_file import Migration, SqliteFile
from rotest_core.errors import StoreError


def make_first(database: Database) -> None:
    database.table("first").create({"x": int})


def make_second(database: Database) -> None:
    database.table("second").create({"x": int})


def fail_halfway(database: Database) -> None:
    make_second(database)
    raise RuntimeError("no more")


def tables(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    try:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    finally:
        connection.close()


def open_and_close(path: Path, *migrations: Migration, component: str = "store") -> None:
    SqliteFile(path, component=component, migrations=migrations).close()


def test_a_missing_file_and_its_directories_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "rotest.db"

    open_and_close(path, make_first)

    assert tables(path) == {"meta", "first"}


def test_each_step_is_taken_once_however_often_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "rotest.db"

    open_and_close(path, make_first)
    open_and_close(path, make_first, make_second)
    open_and_close(path, make_first, make_second)

    assert tables(path) == {"meta", "first", "second"}


def test_components_have_schemas_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "rotest.db"

    open_and_close(path, make_first, component="store")
    open_and_close(path, make_second, component="locks")
    open_and_close(path, make_first, component="store")

    assert tables(path) == {"meta", "first", "second"}


def test_a_step_that_fails_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "rotest.db"

    with pytest.raises(RuntimeError, match="no more"):
        open_and_close(path, make_first, fail_halfway)
    assert tables(path) == {"meta", "first"}

    open_and_close(path, make_first, make_second)
    assert tables(path) == {"meta", "first", "second"}


def test_a_newer_version_is_refused_with_both_versions(tmp_path: Path) -> None:
    path = tmp_path / "rotest.db"
    open_and_close(path, make_first, make_second)

    with pytest.raises(
        StoreError, match="store has schema version 2, but this Rotest knows versions up to 1"
    ):
        open_and_close(path, make_first)


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    before = path.read_bytes()

    with pytest.raises(StoreError, match="database of another program"):
        open_and_close(path, make_first)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"not a database, but long enough for a header" * 50, b"x" * 10_000])
def test_what_is_no_database_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rotest.db"
    path.write_bytes(content)

    with pytest.raises(StoreError, match="is not an SQLite database, or is damaged"):
        open_and_close(path, make_first)
    assert path.read_bytes() == content


def test_a_damaged_file_is_called_so(tmp_path: Path) -> None:
    path = tmp_path / "rotest.db"
    open_and_close(path, make_first)
    content = bytearray(path.read_bytes())
    content[100:4096] = b"\xff" * 3996
    path.write_bytes(content)

    with pytest.raises(StoreError, match="is damaged"):
        open_and_close(path, make_first)


def test_an_empty_file_is_taken_for_a_new_one(tmp_path: Path) -> None:
    path = tmp_path / "rotest.db"
    path.touch()

    open_and_close(path, make_first)

    assert tables(path) == {"meta", "first"}


@pytest.mark.parametrize("kind", ["directory", "file in the way"])
def test_a_path_that_cannot_be_a_file_is_named(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "rotest.db"
    if kind == "directory":
        path.mkdir()
    else:
        path.touch()
        path = path / "rotest.db"

    with pytest.raises(StoreError, match=r"rotest\.db"):
        open_and_close(path, make_first)


def test_a_closed_file_says_so(tmp_path: Path) -> None:
    file = SqliteFile(tmp_path / "rotest.db", component="store", migrations=[make_first])
    file.close()
    file.close()

    with pytest.raises(StoreError, match="was closed"), file.reading():
        pass
    with pytest.raises(StoreError, match="was closed"), file.writing():
        pass


def test_an_exception_undoes_the_transaction_and_comes_out_as_it_is(tmp_path: Path) -> None:
    file = SqliteFile(tmp_path / "rotest.db", component="store", migrations=[make_first])

    def interrupted() -> None:
        with file.writing() as connection:
            connection.execute("INSERT INTO first VALUES (1)")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with file.writing() as connection:
        connection.execute("INSERT INTO first VALUES (2)")
    with file.reading() as connection:
        assert connection.execute("SELECT x FROM first").fetchall() == [(2,)]
    file.close()


def test_a_full_disk_is_called_so_and_undoes_the_transaction(tmp_path: Path) -> None:
    file = SqliteFile(tmp_path / "rotest.db", component="store", migrations=[make_first])
    with file.reading() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 1}")

    def fill() -> None:
        with file.writing() as connection:
            connection.executemany("INSERT INTO first VALUES (zeroblob(?))", [(1000,)] * 1000)

    with pytest.raises(StoreError, match="the disk is full"):
        fill()
    with file.writing() as connection:
        connection.execute("INSERT INTO first VALUES (1)")
    with file.reading() as connection:
        assert connection.execute("SELECT count(*) FROM first").fetchone() == (1,)
    file.close()


SCRIPT = dedent(
    """\
    import os, resource, signal, sys
    from pathlib import Path
    from rotest_backends.stores.sqlite import SqliteStore
    from rotest_core.errors import StoreError
    from rotest_core.model.record import Record
    import sqlite_utils

    path, trouble = Path(sys.argv[1]), sys.argv[2]
    if trouble == "limit":
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
    elif os.getuid() == 0:
        os.setuid(65534)  # to root nothing is read-only
    try:
        store = SqliteStore(path)
        store.apply(put=[Record(type="T", name=str(n), comment="x" * 100) for n in range(2000)])
    except StoreError as error:
        print(error)
    """
)


def run_script(path: Path, trouble: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path), trouble],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout


@pytest.fixture
def existing(tmp_path: Path) -> Path:
    """Give a store with one record, in a directory that everybody may enter."""
    from rotest_backends.stores.sqlite import SqliteStore
    from rotest_core.model.record import Record

    for directory in (tmp_path, *tmp_path.parents):
        if directory.stat().st_uid == os.getuid() and "pytest" in str(directory):
            directory.chmod(0o755)
    path = tmp_path / "rotest.db"
    store = SqliteStore(path)
    store.apply(put=[Record(type="T", name="kept")])
    store.close()
    return path


def stored(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    try:
        return [name for (name,) in connection.execute("SELECT name FROM record")]
    finally:
        connection.close()


@pytest.mark.parametrize("what", ["file", "directory"])
def test_what_may_not_be_written_is_named(existing: Path, what: str) -> None:
    (existing if what == "file" else existing.parent).chmod(0o444 if what == "file" else 0o555)
    if what == "file":
        existing.parent.chmod(0o777)

    answer = run_script(existing, "permissions")

    existing.parent.chmod(0o755)
    assert str(existing) in answer
    assert "read-only" in answer or "may not be written" in answer
    assert stored(existing) == ["kept"]


def test_a_file_that_cannot_grow_is_named_and_nothing_half_written(existing: Path) -> None:
    answer = run_script(existing, "limit")

    assert str(existing) in answer
    assert "disk is full" in answer
    assert stored(existing) == ["kept"]
