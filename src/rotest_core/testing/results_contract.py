"""What every results store must do."""

from __future__ import annotations

import random
import threading

import attrs
import pytest

from rotest_core.events import Cause, ExpectationChecked, Outcome, OutcomeReported
from rotest_core.plugin.protocols.results import (
    ResourceUse,
    ResultsBatch,
    ResultsStore,
    RunFilter,
    RunState,
    Signature,
    StoredMeasurement,
    StoredRun,
    StoredTest,
    TestDetails,
)
from rotest_core.results import tally_signatures, tally_tests, tally_units
from rotest_core.results.tallies import counts

FULL_RUN = StoredRun(
    id="a1b2",
    name="nightly ünï 🧪",
    started=1000.25,
    state=RunState.FINISHED,
    duration=2.5,
    status=1,
    total=3,
    counts={"success": 2, "failure": 1},
    flaky=1,
    directory="/runs/a1b2",
    root="/project",
    command=("rotest", "-n", "nightly ünï 🧪"),
    environment={"host": "lab", "python": "3.11.7"},
    owner="lab\nboot\n1\n2",
    seen=1002.75,
)
FULL_TEST = StoredTest(
    run="a1b2",
    number=7,
    id="tests/test_x.py::Case::test_ß",
    started=1001.0,
    attempt=1,
    name="test_ß",
    kind="case",
    groups=("tests/test_x.py", "Case"),
    tags=("SLOW", "QA lab"),
    worker="w1",
    duration=0.125,
    outcome=Outcome.FAILURE,
    cause=Cause.PRODUCT,
    summary="AssertionError: 1 != 2",
    signature="s-1",
    waited=0.5,
    log="tests/7-test_/test.log",
)
FULL_DETAILS = TestDetails(
    reports=(
        OutcomeReported(
            1001.1, 7, Outcome.FAILURE, "Trace\n\0 \ud800 <b>", "1 != 2", Cause.PRODUCT, "f.py", 3, "i=1"
        ),
    ),
    expectations=(
        ExpectationChecked(1001.05, 7, "expectEqual", False, "1 != 2", ("1", "2"), "f.py", 2, "x"),
    ),
    passed_expectations=2,
    failed_expectations=1,
    measurements=(
        StoredMeasurement(name="volts", value=4.9, unit="V", low=4.5, high=5.5),
        StoredMeasurement(name="label", value="ok", verdict="marginal"),
        StoredMeasurement(name="lit", value=True),
    ),
    resources=(
        ResourceUse(
            request="board",
            type="Board",
            name="b1",
            leased=1000.9,
            held=0.1,
            waited=0.5,
            dirty=True,
            reason="held",
        ),
    ),
)


def make_results(seed: int = 1) -> list[ResultsBatch]:
    """Return what eight runs of some tests leave: retries, skips, blocks, and a run that was cut short."""
    chance = random.Random(seed)
    batches: list[ResultsBatch] = []
    for place in range(8):
        state = RunState.INTERRUPTED if place == 5 else RunState.FINISHED
        run = StoredRun(
            id=f"run{place}", name="nightly" if place % 2 else "", started=1000.0 * (place + 1), state=state
        )
        tests = [pair for number in range(6) for pair in _attempts(run, number, chance)]
        batches.append(ResultsBatch(run=run, tests=tests, events=b'{"event":"x"}\n' * place))
    return batches


def _attempts(run: StoredRun, number: int, chance: random.Random) -> list[tuple[StoredTest, TestDetails]]:
    outcomes = list(Outcome)
    tries = chance.choice((1, 1, 1, 2, 3))
    made: list[tuple[StoredTest, TestDetails]] = []
    for attempt in range(1, tries + 1):
        outcome = chance.choice(outcomes)
        test = StoredTest(
            run=run.id,
            number=number,
            id=f"t.py::C::test_{number}",
            started=run.started + 10 * number + attempt,
            attempt=attempt,
            final=attempt == tries,
            parent=1 if number == 5 else None,
            duration=chance.randrange(100) / 8,
            outcome=None if run.state is RunState.INTERRUPTED and number > 3 else outcome,
            cause=chance.choice((Cause.PRODUCT, Cause.INFRASTRUCTURE)) if outcome.severity > 3 else None,
            signature=chance.choice(("s-1", "s-2", "s-3")) if outcome.severity > 3 else "",
            summary=f"failed in {run.id}" if outcome.severity > 3 else "",
        )
        use = ResourceUse(
            request="board",
            type=chance.choice(("Board", "Board", "Rack")),
            name=chance.choice(("b1", "b2", "b3")),
            leased=test.started,
            held=chance.randrange(8) / 4,
            waited=chance.randrange(8) / 4,
            error=chance.choice(("", "", "connect: no")),
        )
        volts = StoredMeasurement(name="volts", value=float(chance.randrange(9)))
        made.append((test, TestDetails(resources=(use,), measurements=(volts,) if number == 2 else ())))
    return made


class ResultsStoreContract:
    """Prove a results store: subclass this, supply the fixture, and let pytest collect the subclass.

    Example::

        class TestMyResults(ResultsStoreContract):
            @pytest.fixture
            def store(self, tmp_path: Path) -> Iterator[ResultsStore]:
                store = MyResults(tmp_path / "results")
                yield store
                store.close()
    """

    @pytest.fixture
    def store(self) -> ResultsStore:
        """Give an empty store, open, and closed afterwards."""
        raise NotImplementedError("a subclass of ResultsStoreContract supplies the fixture `store`")

    @pytest.fixture
    def filled(self, store: ResultsStore) -> ResultsStore:
        """Give a store with the results of several runs."""
        for batch in make_results():
            store.write(batch)
        return store

    def test_an_empty_store_answers_every_question(self, store: ResultsStore) -> None:
        """Prove that an empty store answers every question."""
        assert list(store.runs(RunFilter())) == []
        assert store.run("none") is None
        assert list(store.tests("none")) == []
        assert store.details("none", 0, 1) == TestDetails()
        assert list(store.events("none")) == []
        assert not any((store.ids(), store.units(), store.signatures()))
        assert not any((store.history(["none"]), store.measured("none"), list(store.failures())))
        assert (store.passed("none"), dict(store.durations())) == (frozenset(), {})
        assert not any((store.tally(RunFilter()), store.unit_tally("Board", "b1")))
        assert (store.delete(["none"]), store.remove_signature("none")) == (0, False)

    def test_a_run_and_its_tests_are_kept_to_the_letter(self, store: ResultsStore) -> None:
        """Prove that a run and its tests are kept to the letter."""
        store.write(ResultsBatch(run=FULL_RUN, tests=[(FULL_TEST, FULL_DETAILS)]))

        assert store.run("a1b2") == FULL_RUN
        assert list(store.tests("a1b2")) == [FULL_TEST]
        assert store.details("a1b2", 7, 1) == FULL_DETAILS

    def test_a_batch_that_is_written_twice_changes_nothing(self, store: ResultsStore) -> None:
        """Prove that a batch that is written twice changes nothing."""
        batch = ResultsBatch(run=FULL_RUN, tests=[(FULL_TEST, FULL_DETAILS)], events=b"one\n")
        store.write(batch)
        store.write(batch)

        assert list(store.tests("a1b2")) == [FULL_TEST]
        assert list(store.events("a1b2")) == [b"one\n"]
        assert [tally.uses for tally in store.unit_tally("Board", "b1")] == [1]

    def test_a_later_batch_replaces_what_it_knows_better(self, store: ResultsStore) -> None:
        """Prove that a later batch replaces what it knows better."""
        running = attrs.evolve(FULL_RUN, state=RunState.RUNNING, status=None)
        begun = attrs.evolve(FULL_TEST, outcome=None, cause=None, duration=0.0)
        store.write(ResultsBatch(run=running, tests=[(begun, TestDetails())], events=b"1\n"))
        assert store.run("a1b2") == running
        assert list(store.tests("a1b2")) == [begun]

        store.write(ResultsBatch(run=FULL_RUN, tests=[(FULL_TEST, FULL_DETAILS)], part=1, events=b"2\n3\n"))

        assert store.run("a1b2") == FULL_RUN
        assert list(store.tests("a1b2")) == [FULL_TEST]
        assert b"".join(store.events("a1b2")) == b"1\n2\n3\n"

        store.write(ResultsBatch(run=FULL_RUN, events=b"all\n"))

        assert b"".join(store.events("a1b2")) == b"all\n"

    def test_the_last_attempt_is_the_result(self, store: ResultsStore) -> None:
        """Prove that the last attempt is the result."""
        again = attrs.evolve(FULL_TEST, attempt=2, outcome=Outcome.SUCCESS, cause=None, signature="")
        store.write(ResultsBatch(run=FULL_RUN, tests=[(FULL_TEST, FULL_DETAILS)]))
        store.write(ResultsBatch(run=FULL_RUN, tests=[(again, TestDetails())]))

        assert [(test.attempt, test.final) for test in store.tests("a1b2")] == [(1, False), (2, True)]
        (result,) = store.history([FULL_TEST.id])
        assert result.flaky
        assert [tally.flaky for tally in store.tally(RunFilter())] == [1]

    @pytest.mark.parametrize(
        ("chosen", "expected"),
        [
            (RunFilter(), "76543210"),
            (RunFilter(limit=2), "76"),
            (RunFilter(name="nightly"), "7531"),
            (RunFilter(name="n*t?y", limit=1), "7"),
            (RunFilter(name="NIGHTLY"), ""),
            (RunFilter(name="[n]ightly"), ""),
            (RunFilter(name="n%"), ""),
            (RunFilter(states=(RunState.INTERRUPTED, RunState.RUNNING)), "5"),
            (RunFilter(since=3000.0, before=5000.0), "32"),
        ],
        ids=str,
    )
    def test_runs_are_chosen(self, filled: ResultsStore, chosen: RunFilter, expected: str) -> None:
        """Prove that runs are chosen."""
        assert [run.id for run in filled.runs(chosen)] == [f"run{place}" for place in expected]

    def test_history_has_the_newest_results_of_each_test(self, filled: ResultsStore) -> None:
        """Prove that history has the newest results of each test."""
        wanted = ["t.py::C::test_3", "t.py::C::test_0", "t.py::C::test_none"]
        found = filled.history(wanted, limit=3)

        assert [(test.id[-1], test.run) for test in found] == [
            ("3", "run7"),
            ("3", "run6"),
            ("3", "run5"),
            ("0", "run7"),
            ("0", "run6"),
            ("0", "run5"),
        ]
        assert all(test.final for test in found)
        assert [test.run for test in filled.history(wanted[:1], name="nightly")] == [
            "run7",
            "run5",
            "run3",
            "run1",
        ]

    def test_parts_of_flows_are_no_results(self, filled: ResultsStore) -> None:
        """Prove that parts of flows are no results."""
        assert list(filled.ids()) == [f"t.py::C::test_{number}" for number in range(5)]
        assert list(filled.history(["t.py::C::test_5"])) == []

    def test_what_passed_under_a_name_did_so_when_it_last_said_something(self, filled: ResultsStore) -> None:
        """Prove that what passed under a name did so when it last said something."""
        newest: dict[str, StoredTest] = {}
        for batch in make_results():
            for test, _ in batch.tests:
                if batch.run.name == "nightly" and counts(test):
                    newest[test.id] = test
        good = (Outcome.SUCCESS, Outcome.EXPECTED_FAILURE)

        assert filled.passed("nightly") == {test.id for test in newest.values() if test.outcome in good}
        assert filled.passed("never") == frozenset()

    def test_durations_are_those_of_the_newest_good_results(self, filled: ResultsStore) -> None:
        """Prove that durations are those of the newest good results."""
        expected: dict[str, list[float]] = {}
        for batch in reversed(make_results()):
            for test, _ in batch.tests:
                if (
                    test.final
                    and test.parent is None
                    and test.outcome in (Outcome.SUCCESS, Outcome.EXPECTED_FAILURE)
                ):
                    expected.setdefault(test.id, []).append(test.duration)

        found = {test: list(times) for test, times in filled.durations(limit=2).items()}

        assert found == {test: times[:2] for test, times in expected.items()}

    def test_measurements_come_with_their_results(self, filled: ResultsStore) -> None:
        """Prove that measurements come with their results."""
        expected = [
            (test.run, details.measurements[0])
            for batch in reversed(make_results())
            for test, details in batch.tests
            if test.number == 2 and test.final
        ]

        found = filled.measured("t.py::C::test_2", limit=3)

        assert [(test.run, measurement) for test, measurement in found] == expected[:3]

    @pytest.mark.parametrize("chosen", [RunFilter(), RunFilter(name="nightly"), RunFilter(limit=3)], ids=str)
    def test_tallies_are_those_of_the_reference(self, filled: ResultsStore, chosen: RunFilter) -> None:
        """Prove that tallies are those of the reference."""
        runs = {run.id for run in filled.runs(chosen)}
        tests = [test for batch in make_results() if batch.run.id in runs for test, _ in batch.tests]

        assert list(filled.tally(chosen)) == tally_tests(tests)

    @pytest.mark.parametrize("unit", [("Board", "b1"), ("Rack", "b3"), ("Rack", "none")], ids="/".join)
    def test_tallies_of_units_are_those_of_the_reference(
        self, filled: ResultsStore, unit: tuple[str, str]
    ) -> None:
        """Prove that tallies of units are those of the reference."""
        uses = [
            (test, use)
            for batch in make_results()
            for test, details in batch.tests
            for use in details.resources
            if use.type == unit[0]
        ]

        assert list(filled.unit_tally(*unit)) == tally_units(uses, name=unit[1])

    def test_units_are_all_that_were_leased(self, filled: ResultsStore) -> None:
        """Prove that units are all that were leased."""
        assert list(filled.units()) == [
            (kind, name) for kind in ("Board", "Rack") for name in ("b1", "b2", "b3")
        ]

    def test_failures_come_newest_first_with_what_was_reported(self, store: ResultsStore) -> None:
        """Prove that failures come newest first with what was reported."""
        store.write(ResultsBatch(run=FULL_RUN, tests=[(FULL_TEST, FULL_DETAILS)]))
        for batch in make_results():
            store.write(batch)
        expected = [
            test
            for batch in make_results()
            for test, _ in batch.tests
            if test.outcome in (Outcome.FAILURE, Outcome.ERROR)
        ]
        expected.append(FULL_TEST)
        expected.sort(key=lambda test: test.started, reverse=True)

        found = list(store.failures())

        assert [test for test, _ in found] == expected
        assert dict(found)[FULL_TEST] == FULL_DETAILS
        assert [test for test, _ in store.failures(limit=2)] == expected[:2]

    def test_a_failure_may_get_another_signature(self, filled: ResultsStore) -> None:
        """Prove that a failure may get another signature."""
        test, _ = next(filled.failures())
        filled.relabel([(test, "s-known")])

        assert next(filled.failures())[0] == attrs.evolve(test, signature="s-known")

    def test_tallies_of_signatures_are_those_of_the_reference(self, filled: ResultsStore) -> None:
        """Prove that failures are summed up by their signatures, those seen last first."""
        expected = tally_signatures(test for batch in make_results() for test, _ in batch.tests)

        assert len(expected) == 3
        assert list(filled.signature_tally()) == expected

    def test_signatures_are_kept_replaced_and_removed(self, store: ResultsStore) -> None:
        """Prove that signatures are kept replaced and removed."""
        young = Signature(id="s-2", pattern="Error: *", created=20.0)
        old = Signature(
            id="s-1",
            pattern="two\nlines *",
            name="Näme",
            link="https://x/1",
            cause="cable",
            expires=99.5,
            expected_until=77.5,
            created=10.0,
        )
        for signature in (young, old, attrs.evolve(young, name="later")):
            store.put_signature(signature)

        assert list(store.signatures()) == [old, attrs.evolve(young, name="later")]
        assert store.remove_signature("s-1")
        assert not store.remove_signature("s-1")
        assert [signature.id for signature in store.signatures()] == ["s-2"]

    def test_what_is_deleted_is_gone_from_every_answer(self, filled: ResultsStore) -> None:
        """Prove that what is deleted is gone from every answer."""
        assert filled.delete(["run7", "run3", "none", "run7"]) == 2

        left = [batch for batch in make_results() if batch.run.id not in ("run3", "run7")]
        assert [run.id for run in filled.runs(RunFilter())] == [batch.run.id for batch in reversed(left)]
        assert not any((filled.tests("run7"), list(filled.events("run7"))))
        assert filled.details("run7", 0, 1) == TestDetails()
        assert list(filled.tally(RunFilter())) == tally_tests(
            test for batch in left for test, _ in batch.tests
        )
        filled.delete([batch.run.id for batch in left])
        assert not any((filled.ids(), filled.units()))

    def test_threads_write_side_by_side(self, store: ResultsStore) -> None:
        """Prove that threads write side by side."""
        threads = [threading.Thread(target=store.write, args=(batch,)) for batch in make_results()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert list(store.tally(RunFilter())) == tally_tests(
            test for batch in make_results() for test, _ in batch.tests
        )

    def test_closing_twice_is_harmless(self, store: ResultsStore) -> None:
        """Prove that closing twice is harmless."""
        store.close()
        store.close()
