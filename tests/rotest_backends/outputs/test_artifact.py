"""The run's directory as one zip: what is in it, what is not, and where it goes."""

from __future__ import annotations

import os
import socket
import stat
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rotest_backends.outputs.artifact import artifact, safe_name
from rotest_core.testing import EventScript, FakeHandlerContext
from tests.commands import rotest

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.fixture
def run(tmp_path: Path) -> Path:
    directory = tmp_path / "runs" / "20260101-nightly"
    directory.mkdir(parents=True)
    (directory / "events.jsonl").write_text("{}\n")
    return directory


def packed(run: Path, values: Mapping[str, object] | None = None, *, name: str = "nightly") -> Path:
    context = FakeHandlerContext(run, name="artifact", values=values)
    handler = artifact(context)
    for event in EventScript(name=name).finish():
        handler.handle(event)
    handler.close()
    (path,) = context.written
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
    return path


def names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def content(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


def left_out(path: Path) -> list[str]:
    return content(path, "20260101-nightly/left-out.txt").decode().splitlines()


def test_everything_is_in_it_below_the_name_of_the_run(run: Path) -> None:
    (run / "tests" / "0-test_a").mkdir(parents=True)
    (run / "tests" / "0-test_a" / "test.log").write_bytes(b"\x00\xff" * 1000)
    (run / "results.xml").write_text("<x/>")
    path = packed(run)
    assert path == run / "artifact.zip"
    assert names(path) == [
        "20260101-nightly/events.jsonl",
        "20260101-nightly/results.xml",
        "20260101-nightly/tests/0-test_a/test.log",
    ]
    assert content(path, "20260101-nightly/tests/0-test_a/test.log") == b"\x00\xff" * 1000


def test_archives_are_collected_by_the_name_of_the_run(run: Path, tmp_path: Path) -> None:
    target = tmp_path / "archives"
    path = packed(run, {"directory": str(target)}, name="Zoë's nightly: 2/3")
    assert path == target / "Zoë's nightly_ 2_3" / "20260101-nightly.zip"
    assert packed(run, {"directory": str(target)}, name="").parent.name == "unnamed"
    assert packed(run, {"directory": str(target)}, name="..").parent.name == "_"
    assert sorted(file.name for file in run.iterdir()) == ["events.jsonl"]


def test_it_is_not_packed_into_itself_nor_what_others_still_write(run: Path) -> None:
    (run / ".results.xml.4711.partial").write_text("<")
    first = names(packed(run))
    assert names(packed(run)) == first == ["20260101-nightly/events.jsonl"]


def test_links_are_not_followed_outside(run: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (run / "tests").mkdir()
    (run / "a").symlink_to(tmp_path / "secret")
    (run / "b").symlink_to(tmp_path, target_is_directory=True)
    (run / "c").symlink_to("nowhere")
    (run / "d").symlink_to("d")
    (run / "e").symlink_to("..", target_is_directory=True)
    (run / "f").symlink_to("tests", target_is_directory=True)
    (run / "g").symlink_to("events.jsonl")
    path = packed(run)
    assert names(path) == [f"20260101-nightly/{name}" for name in ("events.jsonl", "g", "left-out.txt")]
    assert content(path, "20260101-nightly/g") == b"{}\n"
    assert [line.partition(": ")[0][-1] for line in left_out(path)] == ["a", "b", "c", "d", "e", "f"]
    assert left_out(path)[0] == "20260101-nightly/a: a link that leads out of the run's directory"


def test_what_is_no_file_is_left_out_and_not_waited_for(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(run / "pipe")
    monkeypatch.chdir(run)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        path = packed(run)
    assert left_out(path) == [
        "20260101-nightly/pipe: neither a file nor a directory",
        "20260101-nightly/socket: neither a file nor a directory",
    ]


def test_names_can_be_unpacked_anywhere(run: Path) -> None:
    for name in ("größe 日本 🧪", "a\nb", "a\x1bb", "c:\\d", "con?", "end. ", "x" * 200, "Y", "y"):
        (run / name).write_text(name)
    Path(os.fsdecode(os.fsencode(run) + b"/\xff")).write_text("no UTF-8")
    found = [name.removeprefix("20260101-nightly/") for name in names(packed(run))]
    assert len(found) == len({name.casefold() for name in found}) == 11
    assert {"größe 日本 🧪", "a_b", "a_b-2", "c__d", "con_", "end", "x" * 120, "Y", "y-2", "_"} < set(found)
    assert all("/" not in name and "\\" not in name for name in found)


@pytest.mark.parametrize("name", ["", ".", "..", "...", "/", "a/../b", "nul\0"])
def test_no_name_leads_elsewhere(name: str) -> None:
    safe = safe_name(name)
    assert safe not in ("", ".", "..")
    assert not set(safe) & set("/\\\0")


def test_a_file_that_grows_is_packed_as_far_as_it_was(run: Path) -> None:
    log = run / "events.jsonl"
    log.write_bytes(b"x" * (3 << 20))
    path = packed(run)
    assert content(path, "20260101-nightly/events.jsonl") == b"x" * (3 << 20)


def test_times_and_permissions_are_kept(run: Path) -> None:
    (run / "run.sh").write_text("#!/bin/sh")
    (run / "run.sh").chmod(0o750)
    os.utime(run / "run.sh", (0, 0))
    with zipfile.ZipFile(packed(run)) as archive:
        info = archive.getinfo("20260101-nightly/run.sh")
    assert stat.S_IMODE(info.external_attr >> 16) == 0o750
    assert info.date_time[0] == 1980


def test_a_run_packs_what_its_other_outputs_wrote_and_records_the_archive(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "test_a.py").write_text(
        "import unittest\nclass A(unittest.TestCase):\n    def test(self): ...\n"
    )
    settings = ("--set", "outputs.artifact.directory=archives")
    answer = rotest("-o", "artifact,xml,dots", "-n", "nightly", *settings, cwd=project)
    assert answer.status == 0
    (path,) = (project / "archives" / "nightly").iterdir()
    assert f"artifact: {path.relative_to(project)}\n" in answer.out
    assert [name.rpartition("/")[2] for name in names(path)] == ["events.jsonl", "results.xml"]
    log = (project / ".rotest" / "runs" / "latest" / "events.jsonl").read_text()
    assert '"event":"ArtifactWritten"' in log.splitlines()[-1]
    assert path.name in log.splitlines()[-1]


def test_a_disk_that_is_full_leaves_nothing_behind(run: Path) -> None:
    context = FakeHandlerContext(run, name="artifact", values={"directory": "/dev/full"})
    handler = artifact(context)
    with pytest.raises(OSError, match="Not a directory"):
        handler.handle(EventScript().finish()[-1])
    assert context.written == []
    assert [file.name for file in run.iterdir()] == ["events.jsonl"]
