"""Which monitors a run has, and what is said of wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from rotest_core import ConfigError, UnknownPluginError
from tests.execution import live
from tests.execution.watching import HEAD, PARTS, play
from tests.project import Project

OPTIONS = """
@attrs.define
class Watcher(Monitor):
    limit: float = 60
    names: tuple[str, ...] = ()
    def start_test(self, test): story.append(f"{self.name} {self.limit} {self.names}")
"""

SHY = """
class Shy(Monitor):
    def __init__(self): raise OSError("no port")
"""

CASE = """
class Case(TestCase):
    def test(self): pass
"""


def test_options_are_the_fields_of_an_attrs_class(project: Project) -> None:
    watched = play(project, OPTIONS, CASE, settings='limit = 75\nnames = ["a"]\n')
    assert watched.story == ["watcher 75.0 ('a',)"]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('use = "watching:Watcher"\nlimt = 3', "unknown key (did you mean 'limit'?)"),
        ('use = "watching:Watcher"\nlimit = "hot"', "expected a number"),
        ('use = "watching:Plain"\nlimit = 3', "watching:Plain takes no options"),
        ('use = "watching"', "'watching' is not of the form \"module:Class\""),
        (
            'use = "nowhere:Watcher"',
            "'nowhere:Watcher' cannot be imported: ModuleNotFoundError",
        ),
        (
            'use = "watching:Nothing"',
            "'watching:Nothing' cannot be imported: AttributeError",
        ),
        (
            'use = "watching:Shy"',
            "the monitor cannot be made: OSError: no port",
        ),
        (
            'use = "watching:story"',
            "'watching:story' is no class of rotest_core.Monitor",
        ),
    ],
)
def test_wrong_options_are_refused_by_their_key(project: Project, table: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _attempt(project, f"[monitors.watcher]\n{table}\n")
    assert message in str(caught.value)
    assert str(caught.value).startswith("monitors.watcher")
    assert not Path(project.root / ".rotest" / "runs").exists()


def test_an_unknown_monitor_is_refused_with_those_that_are_known(project: Project) -> None:
    with pytest.raises(UnknownPluginError) as caught:
        _attempt(project, '[monitors.watchers]\nuse = "watching:Watcher"\n')
    text = str(caught.value)
    assert "unknown monitor 'watcher' (did you mean 'watchers'?)" in text
    assert 'or name a class of the project: [monitors.watcher] use = "module:Class"' in text


def _attempt(project: Project, tables: str) -> live.Lived:
    project.write("parts.py", PARTS)
    project.write("watching.py", f"{HEAD}\n{OPTIONS}\n\nclass Plain(Monitor): ...\n{SHY}")
    project.write("test_watched.py", HEAD + CASE)
    project.write("rotest.toml", f'[store]\nbackend = "memory"\n[locks]\nbackend = "memory"\n{tables}')
    return live.run(project, "test_watched.py", monitors=("watcher",))
