"""The option table: every setting of Rotest, once.

Defaults, the keys of ``rotest.toml``, the names of environment variables, the flags of the command line, the
help and docs/configuration.md all come from here. ``rotest --help`` reads this module, so it imports nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, Literal, TypeAlias

    Kind: TypeAlias = Literal["bool", "int", "seconds", "text", "words", "path", "paths"]

ENVIRONMENT_PREFIX: Final = "ROTEST_"


class Option:
    """Describe one setting.

    Args:
        key: section and name: ``run.failfast``; ``run.retry.on`` is a key of the table that stands in the section.
        kind: ``bool``, ``int``, ``seconds`` (a number, or text such as "90s", "1h30m"), ``text``, ``words``
            (a list of texts, comma-separated where there are no lists), ``path`` or ``paths`` (in a file
            relative to the project's directory, elsewhere to the working directory).
        default: the value when nobody says anything.
        help: what it does, one line.
        flags: spellings on the command line of ``rotest run``, short one first; empty for `--set` only.
        metavar: what the help calls the value.
        choices: the only values allowed, empty for any.
    """

    __slots__ = ("choices", "default", "flags", "help", "key", "kind", "metavar")

    def __init__(
        self,
        key: str,
        kind: Kind,
        default: bool | int | float | str | tuple[str, ...],
        help: str,  # noqa: A002 - argparse's word for it
        *,
        flags: tuple[str, ...] = (),
        metavar: str = "",
        choices: tuple[str, ...] = (),
    ) -> None:
        self.key: str = key
        self.kind: Kind = kind
        self.default: bool | int | float | str | tuple[str, ...] = default
        self.help: str = help
        self.flags: tuple[str, ...] = flags
        self.metavar: str = metavar
        self.choices: tuple[str, ...] = choices

    @property
    def section(self) -> str:
        """Name the table of ``rotest.toml``."""
        return self.key.partition(".")[0]

    @property
    def name(self) -> str:
        """Name the key within its table."""
        return self.key.partition(".")[2]

    @property
    def described(self) -> str:
        """Explain the option in a line of help, with its default where there is one to speak of."""
        if self.kind == "bool" or self.default in ("", ()):
            return self.help
        shown = (
            ",".join(self.default)
            if isinstance(self.default, tuple)
            else f"{self.default:g}"
            if isinstance(self.default, float)
            else self.default
        )
        return f"{self.help} (default: {shown})"

    @property
    def variable(self) -> str:
        """Name the environment variable."""
        return ENVIRONMENT_PREFIX + self.key.replace(".", "_").upper()


_TABLE: Final = (
    Option(
        "run.paths",
        "paths",
        (".",),
        "what to run: files, directories, PATH::Class, PATH::Class::method",
        metavar="PATH",
    ),
    Option(
        "run.outputs",
        "words",
        ("dots",),
        "output handlers to use",
        flags=("-o", "--outputs"),
        metavar="NAMES",
    ),
    Option(
        "run.monitors",
        "words",
        (),
        "monitors that watch the tests while they run",
        flags=("-m", "--monitors"),
        metavar="NAMES",
    ),
    Option(
        "run.filter",
        "text",
        "",
        "run only what matches: tags, names, * and ?, not/and/or, parentheses",
        flags=("-f", "--filter"),
        metavar="EXPRESSION",
    ),
    Option(
        "run.order",
        "words",
        (),
        "run first what matches the first expression, then the second, ...",
        flags=("-O", "--order"),
        metavar="EXPRESSIONS",
    ),
    Option("run.name", "text", "", "name of the run", flags=("-n", "--name"), metavar="NAME"),
    Option("run.list", "bool", False, "list the tests instead of running them", flags=("-l", "--list")),
    Option("run.failfast", "bool", False, "stop after the first test that fails", flags=("-F", "--failfast")),
    Option(
        "run.hold_on_failure",
        "seconds",
        0.0,
        "stop after the first test that fails, and keep its resources for so long from others; 0: give them back",
        flags=("--hold-on-failure",),
        metavar="TIME",
    ),
    Option(
        "run.delta",
        "int",
        0,
        "how many times in all to run what does not succeed; what passed in earlier runs of the name is skipped",
        flags=("-d", "--delta"),
        metavar="N",
    ),
    Option(
        "run.retry.times", "int", 0, "how many times to run a test again for the cause that retry.on names"
    ),
    Option(
        "run.retry.on",
        "text",
        "any",
        "which tests to run again: those that failed for this cause",
        choices=("any", "infrastructure", "product"),
    ),
    Option(
        "run.retry.fresh_resource",
        "bool",
        False,
        "whether a test that is run again gets other records, where others can serve",
    ),
    Option(
        "run.save_state",
        "bool",
        False,
        "store the state of its resources after a test that fails",
        flags=("-s", "--save-state"),
    ),
    Option(
        "run.skip_init",
        "bool",
        False,
        "connect resources, but neither validate nor initialize them",
        flags=("-S", "--skip-init"),
    ),
    Option("run.smart_client", "bool", True, "keep resources set up for later tests that want them"),
    Option(
        "run.resources",
        "text",
        "",
        "choose resources: name=record,name.field=value,...",
        flags=("-r", "--resources"),
        metavar="CHOICES",
    ),
    Option("run.debug", "bool", False, "start a debugger where a test fails", flags=("-D", "--debug")),
    Option(
        "run.wait",
        "seconds",
        3600.0,
        "how long a test waits for its resources",
        flags=("--wait",),
        metavar="TIME",
    ),
    Option(
        "run.workers",
        "text",
        "1",
        "how many tests to run at a time: a number, or auto for one for each processor",
        flags=("-p", "--workers"),
        metavar="N",
    ),
    Option(
        "run.shard",
        "text",
        "",
        "run one part of the tests: 2/5 for the second of five machines",
        flags=("--shard",),
        metavar="K/N",
    ),
    Option(
        "run.policy",
        "text",
        "affinity",
        "which test goes first when several workers run them",
        flags=("--policy",),
        metavar="NAME",
        choices=("affinity", "fifo"),
    ),
    Option(
        "run.timeout",
        "seconds",
        0.0,
        "how long a test may take whose class sets no TIMEOUT; 0 for as long as it takes",
        flags=("--timeout",),
        metavar="TIME",
    ),
    Option(
        "run.setup_timeout",
        "seconds",
        3600.0,
        "how long it may take to set up a test's resources, or the fixtures of its class",
    ),
    Option(
        "run.cleanup_timeout",
        "seconds",
        600.0,
        "how long it may take to clear up after a test",
    ),
    Option("run.executor", "text", "serial", "how tests are run", flags=("--executor",), metavar="NAME"),
    Option(
        "run.exclude",
        "words",
        (".tox", ".git", ".venv", ".idea", "node_modules", "build", "dist", "setup.py"),
        "patterns of paths and file names that are never searched for tests",
    ),
    Option("run.work_dir", "path", ".rotest", "where runs keep their logs and files"),
    Option("run.keep_runs", "int", 50, "how many runs' directories to keep; 0 keeps them all"),
    Option("run.keep_days", "int", 0, "for how many days to keep runs' directories; 0 for ever"),
    Option("resources.modules", "words", (), "modules that define resources, imported at the start"),
    Option(
        "inventory.file",
        "path",
        "",
        "file that the inventory follows: read again at the start of a run",
    ),
    Option("store.backend", "text", "sqlite", "where the inventory is kept"),
    Option(
        "results.backend",
        "text",
        "",
        "where results are kept; empty for what keeps the inventory, if that lasts, or else sqlite",
    ),
    Option("locks.backend", "text", "sqlite", "how leases are kept exclusive"),
    Option("locks.ttl", "seconds", 60.0, "how long a lease outlives the last sign of life of its holder"),
    Option(
        "logging.level",
        "text",
        "DEBUG",
        "least severe log records that a test's log keeps",
        choices=("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"),
    ),
    Option("plugins.disabled", "words", (), "plugins, or packages of plugins, that are not loaded"),
    Option(
        "terminal.color",
        "text",
        "auto",
        "colour the output",
        flags=("--color",),
        metavar="WHEN",
        choices=("auto", "always", "never"),
    ),
    Option("terminal.verbosity", "int", 0, "how much to print; 1 and more says more, below 0 less"),
)

OPTIONS: Final = {option.key: option for option in _TABLE}
"""All options by their full key, in the order of the documentation."""

BACKEND_SECTIONS: Final = ("store", "results", "locks")
"""Sections whose other keys belong to the chosen backend."""

PLUGIN_SECTIONS: Final = ("outputs", "monitors", "drivers", "executors", "commands")
"""Sections with one table for each plugin: ``[outputs.excel]``."""

FREE_SECTION: Final = "config"
"""The section that belongs to the users: their tests and resources read it as `self.config`."""


def sections() -> tuple[str, ...]:
    """Name every section that ``rotest.toml`` may have."""
    return (*dict.fromkeys(option.section for option in _TABLE), *PLUGIN_SECTIONS, FREE_SECTION)
