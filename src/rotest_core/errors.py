"""The errors that a user of Rotest can meet.

::

    RotestError                     exit status
    ├── UsageError                  2   the command line asked for something wrong
    ├── ConfigError                 2   rotest.toml, environment or --set
    │   └── ConfigErrors            2   several of them
    ├── PluginError                 2
    │   ├── UnknownPluginError
    │   └── DuplicatePluginError
    ├── DiscoveryError              2   a path, a module, a selection that cannot be collected
    ├── PlanError                   2   unknown fields, wiring of flows
    ├── InventoryError              2   rows that do not fit, two records of one name
    │   └── RecordError             2   one record's values do not fit its type
    ├── StoreError                  3   the storage itself: corrupt, newer, read-only, full
    ├── WorkDirError                3   the run's directory: read-only, full, not a directory
    ├── ClaimError                  3   a claim that was not granted
    │   ├── NoSuchResourceError
    │   ├── ClaimTimeoutError
    │   └── DeadlockError
    ├── LeaseError                  3
    │   └── LeaseLostError
    ├── ResourceError               3   connect, validate, initialize, finalize, store_state
    └── DriverError                 3   a link to a device: refused, timed out, broken

``CleanupErrors`` is an :class:`ExceptionGroup` of what went wrong while cleaning up.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

EXIT_PASSED = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INFRASTRUCTURE = 3
EXIT_NOTHING_MATCHED = 5
EXIT_INTERRUPTED = 130


class RotestError(Exception):
    """Tell what was wrong, where, and what would be right, in one message."""

    exit_status = EXIT_INFRASTRUCTURE


class UsageError(RotestError):
    """Reject a command line."""

    exit_status = EXIT_USAGE


class ConfigError(RotestError):
    """Reject a configuration.

    Args:
        problem: what is wrong and what would be right.
        key: the full dotted key (``run.failfast``), empty when the whole file is meant.
        origin: where the value came from (``rotest.toml``, ``ROTEST_RUN_NAME``, ``--set``).
    """

    exit_status = EXIT_USAGE

    def __init__(self, problem: str, *, key: str = "", origin: str = "") -> None:
        self.problem = problem
        self.key = key
        self.origin = origin
        where = " ".join(part for part in (key, f"({origin})" if key and origin else origin) if part)
        super().__init__(f"{where}: {problem}" if where else problem)


class ConfigErrors(ConfigError):
    """Report everything that is wrong with a configuration at once.

    Args:
        problems: the errors, each with its key and origin.
    """

    def __init__(self, problems: Sequence[ConfigError]) -> None:
        self.problems: tuple[ConfigError, ...] = tuple(problems)
        super().__init__("\n  ".join((f"{len(problems)} errors in the configuration:", *map(str, problems))))

    @staticmethod
    def of(problems: Sequence[ConfigError]) -> ConfigError:
        """Give the only error itself, or one that reports them all."""
        return problems[0] if len(problems) == 1 else ConfigErrors(problems)


class PluginError(RotestError):
    """Report a plugin that cannot be loaded or that breaks its contract."""

    exit_status = EXIT_USAGE


class UnknownPluginError(PluginError):
    """Report a name that nothing registered, with the nearest names and, where known, what to install.

    Args:
        kind: what was looked for: ``output``, ``store``, ``lock strategy``, ``driver``, ``executor``.
        name: the name asked for.
        known: the registered names of that kind.
        distribution: the package known to supply the name, empty when none is.
        reason: why a plugin that would supply it could not be used, empty when none is known.
    """

    def __init__(
        self, kind: str, name: str, known: Iterable[str], *, distribution: str = "", reason: str = ""
    ) -> None:
        self.kind = kind
        self.name = name
        self.known: tuple[str, ...] = tuple(sorted(known))
        self.distribution = distribution
        text = f"unknown {kind} {name!r}{did_you_mean(name, self.known)}; installed: {', '.join(self.known) or 'none'}"
        if distribution:
            text += f"; it comes with {distribution}: pip install {distribution}"
        if reason:
            text += f"; {reason}"
        super().__init__(text)


class DuplicatePluginError(PluginError):
    """Report two plugins that register one name.

    Args:
        kind: the catalogue: ``output``, ``store``, ``lock strategy``, ``driver``, ``executor``.
        name: the name that both want.
        owners: the distributions of the two, first come first.
    """

    def __init__(self, kind: str, name: str, owners: tuple[str, str]) -> None:
        self.kind = kind
        self.name = name
        self.owners = owners
        super().__init__(
            f"{kind} {name!r} is registered twice: by {owners[0]} and by {owners[1]}; "
            "uninstall one, or name it under [plugins] disabled"
        )


class DiscoveryError(RotestError):
    """Report a path, module or selection that cannot be collected."""

    exit_status = EXIT_USAGE


class PlanError(RotestError):
    """Report a test that cannot be planned: unknown fields, mistyped values, wiring."""

    exit_status = EXIT_USAGE


class InventoryError(RotestError):
    """Report a change or file of the inventory that does not fit.

    Args:
        problem: what is wrong, one line when there is one problem.
        problems: one line per problem when there are several (bad rows of a file).
    """

    exit_status = EXIT_USAGE

    def __init__(self, problem: str, problems: Sequence[str] = ()) -> None:
        self.problem = problem
        self.problems: tuple[str, ...] = tuple(problems)
        super().__init__("\n  ".join((problem, *self.problems)))


class RecordError(InventoryError):
    """Report a record whose values do not fit its type, each with the path of the field."""


class StoreError(RotestError):
    """Report that the storage itself failed: corrupt, written by a newer version, read-only, full."""


class WorkDirError(RotestError):
    """Report a work directory in which a run cannot write.

    Args:
        path: the directory.
        reason: what the system said.
    """

    def __init__(self, path: str, reason: OSError) -> None:
        self.path = path
        self.reason = reason
        super().__init__(
            f"cannot write to the work directory {path}: {reason.strerror or reason}; "
            "choose another one with run.work_dir (or --set run.work_dir=DIR)"
        )


class ClaimError(RotestError):
    """Report a claim that was not granted."""


class NoSuchResourceError(ClaimError):
    """Report a request that no record could ever satisfy, with the condition that excludes each."""


class ClaimTimeoutError(ClaimError):
    """Report a claim that waited as long as it may."""


class DeadlockError(ClaimError):
    """Report a claim during a test that would close a cycle of waiting."""


class LeaseError(RotestError):
    """Report a lease that is not what its holder thinks."""


class LeaseLostError(LeaseError):
    """Report that leases ended before their holder gave them back.

    Args:
        records: the records that were lost, as ``type/name``.
        reason: why, as far as it is known.
    """

    def __init__(self, records: Iterable[str], reason: str = "") -> None:
        self.records: tuple[str, ...] = tuple(records)
        self.reason = reason
        text = f"the lease of {', '.join(self.records)} ended before it was given back"
        super().__init__(f"{text}: {reason}" if reason else text)


class ResourceError(RotestError):
    """Report a step of a resource's life cycle that failed; the reason is the cause of this error.

    Args:
        resource: the name of the resource.
        step: ``connect``, ``validate``, ``initialize``, ``store_state`` or ``finalize``.
        reason: what was raised.
    """

    def __init__(self, resource: str, step: str, reason: BaseException) -> None:
        self.resource = resource
        self.step = step
        self.reason = reason
        super().__init__(f"{resource}: {step} failed: {type(reason).__name__}: {reason}")


class DriverError(RotestError):
    """Report a link to a device that was refused, timed out or broke."""


class CleanupErrors(ExceptionGroup[Exception]):
    """Carry everything that went wrong while cleaning up went on.

    >>> raise CleanupErrors("clean-up of 2 resources failed", [OSError("a"), OSError("b")])
    Traceback (most recent call last):
    rotest_core.errors.CleanupErrors: clean-up of 2 resources failed (2 sub-exceptions)
    """

    # Splitting a group of exceptions gives exceptions; typeshed allows for BaseException, which would not fit.
    def derive(self, excs: Sequence[Exception], /) -> CleanupErrors:  # type: ignore[override]
        """Keep the type when the group is split."""
        return CleanupErrors(self.message, excs)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Say which known names are near to a mistaken one.

    Returns:
        ``" (did you mean 'xml'?)"``, or an empty text when none is near.
    """
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=3, cutoff=0.6)
    return f" (did you mean {' or '.join(map(repr, near))}?)" if near else ""
