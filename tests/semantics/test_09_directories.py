"""Section 9: work directories; more in tests/execution/test_workdir.py."""

from __future__ import annotations

import re

from tests.execution import live
from tests.execution.flow_project import play
from tests.project import Project


def test_9_1_each_run_has_a_directory_and_latest_leads_to_the_newest(project: Project) -> None:
    body = """
        class Writes(TestCase):
            def test_it(self): (self.work_dir / "note.txt").write_text("")
    """
    first = play(project, body).lived.directory
    second = live.run(project, ".").directory
    assert first != second
    for directory in (first, second):
        assert re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]+", directory.name)
        assert (directory / "events.jsonl").stat().st_size
        assert (directory / "tests" / "0-test_it" / "note.txt").exists()
    assert (second.parent / "latest").resolve() == second


def test_9_2_resources_have_directories_inside_that_of_the_test(project: Project) -> None:
    played = play(
        project,
        """
        class Box(BaseResource):
            tool = Tool.request()

        class Uses(TestCase):
            box = Box.request()
            def test(self): self.box.tool.work_dir
        """,
    )
    assert (played.lived.directory / "tests" / "0-test" / "resources" / "box" / "tool").is_dir()
