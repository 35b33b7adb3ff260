"""Settings: what counts when several sources speak, and what is said about mistakes."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from rotest_core.config.settings import Settings, load_settings
from rotest_core.errors import ConfigError, ConfigErrors


def load(
    directory: Path,
    toml: str = "",
    *,
    environ: Mapping[str, str] | None = None,
    sets: Sequence[str] = (),
    arguments: Mapping[str, object] | None = None,
) -> Settings:
    (directory / "rotest.toml").write_text(toml, encoding="utf-8")
    return load_settings(start=directory, environ=environ or {}, sets=sets, arguments=arguments)


def refusals(
    directory: Path, toml: str = "", *, environ: Mapping[str, str] | None = None, sets: Sequence[str] = ()
) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(directory, toml, environ=environ, sets=sets)
    several = caught.value.problems if isinstance(caught.value, ConfigErrors) else (caught.value,)
    file = os.path.relpath(directory / "rotest.toml")
    shown = min(file, str(directory / "rotest.toml"), key=len)
    return [str(problem).replace(shown, "rotest.toml") for problem in several]


def test_command_line_beats_environment_beats_file_beats_default(tmp_path: Path) -> None:
    toml = "[run]\nname = 'file'\nfilter = 'file'\nresources = 'file'\nexecutor = 'file'"
    environ = {
        "ROTEST_RUN_NAME": "variable",
        "ROTEST_RUN_FILTER": "variable",
        "ROTEST_RUN_RESOURCES": "variable",
    }

    settings = load(
        tmp_path,
        toml,
        environ=environ,
        sets=["run.name=set", "run.filter=set"],
        arguments={"run.name": "flag"},
    )

    assert (settings.run.name, settings.origin("run.name")) == ("flag", "--name")
    assert (settings.run.filter, settings.origin("run.filter")) == ("set", "--set")
    assert (settings.run.resources, settings.origin("run.resources")) == ("variable", "ROTEST_RUN_RESOURCES")
    assert settings.run.executor == "file"
    assert Path(settings.origin("run.executor")).name == "rotest.toml"
    assert (settings.run.keep_runs, settings.origin("run.keep_runs")) == (50, "default")


def test_root_is_where_the_file_is_else_where_the_search_started(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)

    assert load_settings(start=tmp_path / "a" / "b", environ={}).root == str(tmp_path / "a" / "b")
    (tmp_path / "rotest.toml").touch()
    found = load_settings(start=tmp_path / "a" / "b", environ={})
    assert (found.root, found.file) == (str(tmp_path), str(tmp_path / "rotest.toml"))


def test_named_file_is_read_instead_of_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "ci.toml").write_text("[run]\nname = 'ci'", encoding="utf-8")
    (tmp_path / "rotest.toml").write_text("[run]\nname = 'near'", encoding="utf-8")

    assert load_settings(start=tmp_path, file="ci.toml", environ={}).run.name == "ci"


def test_paths_of_the_file_start_at_the_file_and_typed_ones_at_the_working_directory(tmp_path: Path) -> None:
    (tmp_path / "rotest.toml").write_text(
        "[run]\npaths = ['tests']\n[inventory]\nfile = 'lab.toml'", encoding="utf-8"
    )
    below = tmp_path / "tests"
    below.mkdir()

    in_file = load_settings(start=below, environ={})
    typed = load_settings(start=below, environ={}, arguments={"run.paths": ["test_a.py"]})

    assert in_file.run.paths == (str(tmp_path / "tests"),)
    assert in_file.inventory.file == str(tmp_path / "lab.toml")
    assert in_file.run.work_dir == str(tmp_path / ".rotest")
    assert typed.run.paths == ("test_a.py",)


def test_paths_stay_as_written_where_the_file_is_in_the_working_directory(tmp_path: Path) -> None:
    settings = load(tmp_path, "[run]\npaths = ['tests']")

    assert (settings.run.paths, settings.run.work_dir) == (("tests",), ".rotest")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("run.outputs=dots,xml", ("dots", "xml")),
        ('run.outputs=["dots", "xml"]', ("dots", "xml")),
        ("run.outputs='dots,xml'", ("dots", "xml")),
        ("run.outputs = xml", ("xml",)),
    ],
)
def test_set_takes_a_toml_value_or_plain_text(tmp_path: Path, text: str, expected: tuple[str, ...]) -> None:
    assert load(tmp_path, sets=[text]).run.outputs == expected


def test_text_that_looks_like_a_number_stays_text_for_an_option_that_is_text(tmp_path: Path) -> None:
    settings = load(tmp_path, environ={"ROTEST_RUN_NAME": "5"}, sets=["run.filter=5"])

    assert (settings.run.name, settings.run.filter) == ("5", "5")


def test_quoted_text_of_set_loses_its_quotes(tmp_path: Path) -> None:
    assert load(tmp_path, sets=['run.name="a, b"']).run.name == "a, b"


def test_config_section_is_free_and_merged_key_by_key(tmp_path: Path) -> None:
    toml = "[config]\nsite = 'lab'\n[config.rack]\nheight = 42\nempty = {}"

    settings = load(tmp_path, toml, environ={"ROTEST_CONFIG_ROOM": "7"}, sets=["config.rack.width=19"])

    assert settings.config == {"site": "lab", "rack": {"height": 42, "empty": {}, "width": 19}, "room": 7}
    assert settings.origin("config.rack.width") == "--set"
    assert Path(settings.origin("config.rack.height")).name == "rotest.toml"


def test_keys_that_a_backend_reads_are_kept_for_it(tmp_path: Path) -> None:
    settings = load(
        tmp_path, "[store]\nbackend = 'sqlite'\npath = 'a.db'", environ={"ROTEST_STORE_TIMEOUT": "5"}
    )

    assert settings.store.backend == "sqlite"
    assert settings.context("store", "sqlite").values == {"path": "a.db", "timeout": 5}
    assert settings.origin("store.timeout") == "ROTEST_STORE_TIMEOUT"


def test_plugin_reads_its_own_section_and_its_siblings(tmp_path: Path) -> None:
    toml = "[store]\npath = 'a.db'\n[outputs.xml]\npath = 'a.xml'"

    context = load(tmp_path, toml, sets=["outputs.xml.encoding=utf-8"]).context("outputs.xml", "xml")

    assert (context.name, context.root, context.section) == ("xml", tmp_path, "outputs.xml")
    assert context.values == {"path": "a.xml", "encoding": "utf-8"}
    assert context.sibling("store") == {"path": "a.db"}
    assert context.sibling("locks") == {}


def test_environment_reaches_a_plugin_whose_name_has_a_hyphen(tmp_path: Path) -> None:
    environ = {"ROTEST_OUTPUTS_JUNIT_XML_PATH": "a.xml", "ROTEST_OUTPUTS_OTHER_PATH": "b.xml"}

    settings = load(tmp_path, environ=environ, sets=["outputs.junit-xml.encoding=latin-1"])

    assert settings.context("outputs.junit-xml", "junit-xml").values == {
        "path": "a.xml",
        "encoding": "latin-1",
    }


def test_set_beats_the_environment_in_a_plugin_s_section(tmp_path: Path) -> None:
    settings = load(tmp_path, environ={"ROTEST_OUTPUTS_XML_PATH": "a"}, sets=["outputs.xml.path=b"])

    assert settings.context("outputs.xml", "xml").values == {"path": "b"}


def test_environment_beats_the_file_in_a_plugin_s_section(tmp_path: Path) -> None:
    settings = load(tmp_path, "[outputs.xml]\npath = 'a'", environ={"ROTEST_OUTPUTS_XML_PATH": "b"})

    assert settings.context("outputs.xml", "xml").values == {"path": "b"}


def test_effective_values_name_plugins_and_free_keys_with_their_origins(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        environ={"ROTEST_DRIVERS_RPYC_PORT": "1", "ROTEST_CONFIG_SITE": "lab"},
        sets=["outputs.xml.path=a"],
    )

    assert [tuple(value) for value in settings.effective() if value.origin != "default"] == [
        ("outputs.xml.path", "a", "--set"),
        ("drivers.rpyc.port", 1, "ROTEST_DRIVERS_RPYC_PORT"),
        ("config.site", "lab", "ROTEST_CONFIG_SITE"),
    ]


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("[rnu]", "rnu (rotest.toml): unknown section (did you mean 'run'?)"),
        ("[run]\nfail_fast = true", "run.fail_fast (rotest.toml): unknown key (did you mean 'failfast'?)"),
        (
            "[terminal]\nfailfast = true",
            "terminal.failfast (rotest.toml): unknown key (did you mean 'run.failfast'?)",
        ),
        ("failfast = true", "failfast (rotest.toml): unknown section (did you mean 'run.failfast'?)"),
        ("zzzzz = 1", "zzzzz (rotest.toml): unknown section"),
        ("run = 5", "run (rotest.toml): expected a table, got 5"),
        ("[outputs]\nxml = 'a.xml'", 'outputs.xml (rotest.toml): expected a table, got "a.xml"'),
        ("[run]\noutputs = 'xml'", 'run.outputs (rotest.toml): expected a list of texts, got "xml"'),
        ("[run]\nfailfast = 'yes'", 'run.failfast (rotest.toml): expected true or false, got "yes"'),
        (
            "[logging]\nlevel = 'debug'",
            'logging.level (rotest.toml): expected DEBUG, INFO, WARNING, ERROR or CRITICAL, got "debug"',
        ),
    ],
)
def test_mistake_in_the_file_is_told_with_key_origin_and_what_is_right(
    tmp_path: Path, toml: str, message: str
) -> None:
    assert refusals(tmp_path, toml) == [message]


@pytest.mark.parametrize(
    ("variable", "message"),
    [
        ("ROTEST_RUN_FALFAST", "run.falfast (ROTEST_RUN_FALFAST): unknown key (did you mean 'failfast'?)"),
        ("ROTEST_RUNNAME", "ROTEST_RUNNAME: unknown setting (did you mean 'ROTEST_RUN_NAME'?)"),
        ("ROTEST_QQQQQQQ", "ROTEST_QQQQQQQ: unknown setting"),
        ("ROTEST_RUN_KEEP_RUNS", "run.keep_runs (ROTEST_RUN_KEEP_RUNS): expected a whole number, got 'x'"),
    ],
)
def test_mistake_in_the_environment_is_told(tmp_path: Path, variable: str, message: str) -> None:
    assert refusals(tmp_path, environ={variable: "x"}) == [message]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("run.name", "--set: expected section.key=value, got 'run.name'"),
        ("=1", "--set: expected section.key=value, got '=1'"),
        ("run..name=1", "--set: expected section.key=value, got 'run..name=1'"),
        ("run.nmae=1", "run.nmae (--set): unknown key (did you mean 'name'?)"),
        ("output.xml.path=1", "output (--set): unknown section (did you mean 'outputs'?)"),
        ("outputs.xml=1", "outputs.xml (--set): expected outputs.NAME.key, where NAME is a plugin's"),
        ("run.failfast=2", "run.failfast (--set): expected true or false, got '2'"),
        ("run.outputs=[1]", "run.outputs (--set): expected a list of texts, got [1]"),
    ],
)
def test_mistake_in_set_is_told(tmp_path: Path, text: str, message: str) -> None:
    assert refusals(tmp_path, sets=[text]) == [message]


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    told = refusals(tmp_path, "[rnu]\n[run]\nkeep_runs = 'x'", environ={"ROTEST_FOO": "1"}, sets=["x"])

    assert told == [
        "rnu (rotest.toml): unknown section (did you mean 'run'?)",
        "ROTEST_FOO: unknown setting",
        "--set: expected section.key=value, got 'x'",
        'run.keep_runs (rotest.toml): expected a whole number, got "x"',
    ]


def test_working_directory_that_is_gone_is_an_error_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()

    with pytest.raises(ConfigError, match="working directory does not exist"):
        load_settings(environ={})
