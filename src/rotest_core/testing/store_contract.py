"""What every store must do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import attrs
import pytest

from rotest_core.errors import InventoryError
from rotest_core.model.lookup import Lookup, Operator, Query
from rotest_core.model.matching import matches
from rotest_core.model.record import Json, Record, RecordKey
from rotest_core.plugin.protocols.store import Store
from rotest_core.testing.store_examples import EXAMPLES, QUERIES

FULL = Record(
    type="Calculator",
    name="calc ünï 計算機 🧮",
    group='QA\'s "best"',
    comment="two\nlines\tand a tab",
    usable=False,
    unusable_reason="smells of smoke",
    reserved_for="ann",
    reserved_until=datetime(2031, 2, 3, 4, 5, 6, 789, tzinfo=UTC),
    capacity=3,
    origin="inventory.toml",
    fields={
        "text": "",
        "none": None,
        "yes": True,
        "whole": 2**62,
        "huge": 2**80,
        "real": 0.1,
        "list": [1, "a", [None, False]],
        "table": {"b": {"c": 1.5}, "a": "ß"},
    },
)


class StoreContract:
    """Prove a store: subclass this, supply the fixture, and let pytest collect the subclass.

    Example::

        class TestMyStore(StoreContract):
            @pytest.fixture
            def store(self, tmp_path: Path) -> Iterator[Store]:
                store = MyStore(tmp_path / "inventory")
                yield store
                store.close()
    """

    @pytest.fixture
    def store(self) -> Store:
        """Give an empty store, open, and closed afterwards."""
        raise NotImplementedError("a subclass of StoreContract supplies the fixture `store`")

    def test_is_empty_at_first(self, store: Store) -> None:
        """A new store knows nothing, and says so without an error."""
        assert list(store.find(Query())) == []
        assert store.get(RecordKey("Calculator", "calc1")) is None
        assert store.note("nothing") == ""

    def test_gives_back_what_was_put(self, store: Store) -> None:
        """Every field of a record survives, of whatever characters and nesting; its version is then 1."""
        store.apply(put=[FULL])
        expected = attrs.evolve(FULL, version=1)
        assert store.get(FULL.key) == expected
        assert list(store.find(Query())) == [expected]

    def test_gives_back_the_types_of_values(self, store: Store) -> None:
        """``True`` does not come back as 1, nor 1.0 as 1."""
        fields: dict[str, Json] = {"boolean": True, "whole": 1, "real": 1.0}
        store.apply(put=[Record(type="T", name="n", fields=fields)])
        found = store.get(RecordKey("T", "n"))
        assert found is not None
        assert {name: type(value) for name, value in found.fields.items()} == {
            "boolean": bool,
            "whole": int,
            "real": float,
        }

    def test_keeps_the_moment_a_reservation_ends(self, store: Store) -> None:
        """A moment is the same moment in whatever time zone it was given."""
        until = datetime(2031, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=5, minutes=45)))
        store.apply(put=[attrs.evolve(FULL, reserved_until=until)])
        found = store.get(FULL.key)
        assert found is not None
        assert found.reserved_until == until
        assert found.reserved_until is not None
        assert found.reserved_until.utcoffset() is not None

    def test_names_are_unique_within_a_type(self, store: Store) -> None:
        """Two types may each have a record of one name; names differ by case."""
        store.apply(put=[_record("a"), _record("A"), _record("a", type_name="Other")])
        assert [str(record.key) for record in store.find(Query())] == ["Other/a", "T/A", "T/a"]

    def test_replaces_the_version_that_was_read(self, store: Store) -> None:
        """A change made to what is stored succeeds and raises the version."""
        store.apply(put=[_record("a", port=1)])
        store.apply(put=[_record("a", port=2, version=1)])
        assert store.get(RecordKey("T", "a")) == _record("a", port=2, version=2)

    def test_refuses_a_change_to_an_older_version(self, store: Store) -> None:
        """Of two that read one version and change it, the second is told."""
        store.apply(put=[_record("a", port=1)])
        store.apply(put=[_record("a", port=2, version=1)])
        _assert_refused(store, lambda: store.apply(put=[_record("a", port=3, version=1)]), "T/a")

    def test_refuses_to_add_what_exists(self, store: Store) -> None:
        """Two records of one name are an error, whatever they hold."""
        store.apply(put=[_record("a")])
        _assert_refused(store, lambda: store.apply(put=[_record("a")]), "T/a")

    def test_refuses_to_replace_what_is_gone(self, store: Store) -> None:
        """A change of a record that somebody removed does not bring it back."""
        _assert_refused(store, lambda: store.apply(put=[_record("a", version=1)]), "T/a")

    def test_removes(self, store: Store) -> None:
        """What was removed is gone, and its name is free."""
        store.apply(put=[_record("a"), _record("b")])
        store.apply(remove=[RecordKey("T", "a")])
        assert [record.name for record in store.find(Query())] == ["b"]
        store.apply(put=[_record("a")])
        assert store.get(RecordKey("T", "a")) == _record("a", version=1)

    def test_refuses_to_remove_what_is_not_there(self, store: Store) -> None:
        """A mistyped name is not taken for done."""
        _assert_refused(store, lambda: store.apply(remove=[RecordKey("T", "a")]), "T/a")

    def test_refuses_one_record_named_twice(self, store: Store) -> None:
        """One change says one thing about a record."""
        _assert_refused(store, lambda: store.apply(put=[_record("a"), _record("a")]), "T/a")
        store.apply(put=[_record("a")])
        again = _record("a", version=1)
        _assert_refused(store, lambda: store.apply(put=[again], remove=[again.key]), "T/a")

    @pytest.mark.parametrize(
        "value",
        [float("nan"), float("inf"), "a\0b", "\ud800", {"\udfff": 1}, {1: 2}, [object], b"bytes"],
        ids=repr,
    )
    def test_refuses_what_no_store_can_keep(self, store: Store, value: Json) -> None:
        """What is no JSON value is refused before anything is written."""
        _assert_refused(
            store, lambda: store.apply(put=[_record("good"), _record("bad", port=value)]), "T/bad"
        )

    @pytest.mark.parametrize(
        "record",
        [
            Record(type="T", name=""),
            Record(type="", name="a"),
            Record(type="T", name="a", capacity=0),
            Record(type="T", name="a", comment="\0"),
            Record(type="T", name="a", fields={"a b": 1}),
        ],
        ids=["no name", "no type", "no capacity", "NUL", "no field"],
    )
    def test_refuses_a_record_that_is_none(self, store: Store, record: Record) -> None:
        """A record has a type, a name, room for a lease, and fields with names of fields."""
        _assert_refused(store, lambda: store.apply(put=[record]), str(record.key))

    def test_changes_happen_whole_or_not_at_all(self, store: Store) -> None:
        """One record that does not fit keeps all the others of its change, and the notes, from happening."""
        store.apply(put=[_record("a"), _record("b"), _record("c")], notes={"digest": "1"})
        _assert_refused(
            store,
            lambda: store.apply(
                put=[_record("new"), _record("a", port=9, version=1), _record("b", version=7)],
                remove=[RecordKey("T", "c")],
                notes={"digest": "2"},
            ),
            "T/b",
        )
        assert store.note("digest") == "1"

    def test_names_every_problem_of_a_change(self, store: Store) -> None:
        """Who imports a hundred records learns of all that do not fit at once."""
        store.apply(put=[_record("a")])
        with pytest.raises(InventoryError) as caught:
            store.apply(put=[_record("a"), _record("b", version=3)], remove=[RecordKey("T", "c")])
        assert [problem.split()[0].rstrip(":") for problem in caught.value.problems] == ["T/a", "T/b", "T/c"]

    def test_the_revision_rises_with_every_change(self, store: Store) -> None:
        """Whoever remembers the revision can tell whether anything changed since."""
        revisions = [store.revision(), store.apply(put=[_record("a")]), store.revision()]
        assert revisions[1] == revisions.pop()
        revisions.append(store.apply(put=[_record("a", port=1, version=1)]))
        revisions.append(store.apply(remove=[RecordKey("T", "a")]))
        assert store.revision() == revisions[-1]
        assert revisions == sorted(set(revisions))

    def test_the_revision_stays_where_no_record_changes(self, store: Store) -> None:
        """Reading, noting and failing do not make others read the inventory again."""
        before = store.apply(put=[_record("a")])
        store.find(Query())
        assert store.apply() == before
        assert store.apply(notes={"name": "text"}) == before
        assert store.revision() == before

    def test_keeps_notes(self, store: Store) -> None:
        """Texts are kept under names of their own, replaced one by one."""
        store.apply(notes={"a": "1", "b ünï": "two\nlines 計"})
        store.apply(notes={"a": "2"})
        assert [store.note("a"), store.note("b ünï")] == ["2", "two\nlines 計"]

    def test_finds_in_order_of_type_and_name(self, store: Store) -> None:
        """The order is that of code points, not of a language or of coming."""
        names = ["b", "ä", "a", "Z", "10", "9", "計", "🧮", "\uffff"]
        store.apply(put=[_record(name, type_name=kind) for name in names for kind in ("T", "S")])
        found = [(record.type, record.name) for record in store.find(Query())]
        assert found == sorted(found)

    def test_finds_the_types_asked_for(self, store: Store) -> None:
        """No type means every type; an unknown one finds nothing."""
        store.apply(put=[_record("a", type_name=kind) for kind in ("R", "S", "T")])
        assert [record.type for record in store.find(Query(types=("T", "R", "X")))] == ["R", "T"]
        assert len(store.find(Query())) == 3
        assert list(store.find(Query(types=("X",)))) == []

    @pytest.mark.parametrize("operator", list(Operator))
    def test_finds_what_lookups_mean(self, store: Store, operator: Operator) -> None:
        """Every operator means the same in every store: what `rotest_core.model.matching` says."""
        store.apply(put=EXAMPLES)
        known = {record.key: attrs.evolve(record, version=1) for record in EXAMPLES}
        for query in QUERIES:
            if query.lookups[0].operator is operator:
                expected = sorted(
                    record.key for record in known.values() if matches(record, query, known.get)
                )
                assert [record.key for record in store.find(query)] == expected, str(query.lookups[0])

    def test_refuses_a_regular_expression_that_is_none(self, store: Store) -> None:
        """The mistake is named; it is not taken for an expression that matches nothing."""
        store.apply(put=EXAMPLES)
        for operator in (Operator.REGEX, Operator.IREGEX):
            with pytest.raises(InventoryError, match=r"\(unclosed"):
                store.find(Query(lookups=(Lookup(("text",), operator, "(unclosed"),)))

    def test_values_are_never_taken_for_code(self, store: Store) -> None:
        """Quotes and wildcards of a query language are plain characters of a value."""
        store.apply(put=[Record(type="T", name="a", fields={"text": "plain"})])
        for wanted in ("' OR '1'='1", '"', "%", "_", "*", "?", "\\", "$.name", "]"):
            lookups = (Lookup(("text",), Operator.CONTAINS, wanted),)
            assert list(store.find(Query(lookups=lookups))) == []

    def test_threads_may_share_it(self, store: Store) -> None:
        """Changes from several threads all happen, one after the other."""
        before = store.revision()
        _in_threads(4, lambda thread: [store.apply(put=[_record(f"{thread}-{index}")]) for index in range(5)])
        assert len(store.find(Query())) == 20
        assert store.revision() >= before + 20

    def test_one_of_several_changes_to_a_version_wins(self, store: Store) -> None:
        """What one thread changed, another does not overwrite unread."""
        store.apply(put=[_record("a")])
        won: list[int] = []

        def change(thread: int) -> None:
            try:
                store.apply(put=[_record("a", port=thread, version=1)])
            except InventoryError:
                return
            won.append(thread)

        _in_threads(4, change)
        assert len(won) == 1
        assert store.get(RecordKey("T", "a")) == _record("a", port=won[0], version=2)

    def test_may_be_closed_twice(self, store: Store) -> None:
        """Closing what is closed is no error."""
        store.apply(put=[_record("a")])
        store.close()
        store.close()


def _record(name: str, *, type_name: str = "T", port: Json = 0, version: int = 0) -> Record:
    return Record(type=type_name, name=name, fields={"port": port}, version=version)


def _assert_refused(store: Store, change: Callable[[], object], key: str) -> None:
    """Check that a change is refused by name, and leaves no trace."""
    before = (list(store.find(Query())), store.revision())
    with pytest.raises(InventoryError) as caught:
        change()
    assert any(key in problem for problem in caught.value.problems), caught.value.problems
    assert (list(store.find(Query())), store.revision()) == before


def _in_threads(count: int, work: Callable[[int], object]) -> None:
    """Run the work in threads that start together, and raise what one of them raised."""
    barrier = threading.Barrier(count)
    errors: list[Exception] = []

    def run(thread: int) -> None:
        barrier.wait()
        try:
            work(thread)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(thread,)) for thread in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
