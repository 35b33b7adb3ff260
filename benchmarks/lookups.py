"""Find records among 20, 1,000 and 100,000: lookups of the SQLite store beside a plain scan of the same JSON."""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import attrs

from rotest_backends.stores.sqlite import SqliteStore
from rotest_core.allocation.inventory import Inventory
from rotest_core.model.lookup import Lookup, Operator, Query
from rotest_core.model.record import Record
from rotest_core.model.resource import BaseResource
from rotest_core.model.resource_data import ResourceData

SIZES = (20, 1_000, 100_000)


@attrs.frozen(kw_only=True)
class ShelfData(ResourceData):
    """Be what is looked for."""

    port: int
    address: str
    neighbour: str


class Shelf(BaseResource[ShelfData]):
    """Be what is requested."""


def records(count: int) -> list[Record]:
    """Make so many records, all different."""
    return [
        Record(
            type="Shelf",
            name=f"shelf{number}",
            fields={
                "port": number,
                "address": f"10.{number // 65536}.{number // 256 % 256}.{number % 256}",
                "neighbour": "",
            },
        )
        for number in range(count)
    ]


def query(field: str, operator: Operator, value: object) -> Query:
    """Ask for shelves by one condition."""
    return Query(types=("Shelf",), lookups=(Lookup((field,), operator, value),))


def median(work: Callable[[], object], rounds: int) -> float:
    """Measure one call in microseconds."""
    work()
    taken: list[float] = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1e6


def measure(path: Path, count: int, rounds: int) -> list[tuple[str, float]]:
    """Measure every way of finding among so many records."""
    store = SqliteStore(path)
    store.apply(put=records(count))
    raw = sqlite3.connect(path)
    scan = "SELECT name FROM record WHERE json_extract(fields, '$.address') = 'nowhere'"
    inventory = Inventory(store, user="somebody")
    request = Shelf.request(port=count // 2)
    try:
        return [
            ("plain scan of the JSON, a miss", median(lambda: raw.execute(scan).fetchall(), rounds)),
            ("equal, a hit", median(lambda: store.find(query("port", Operator.EXACT, count // 2)), rounds)),
            ("equal, a miss", median(lambda: store.find(query("port", Operator.EXACT, -1)), rounds)),
            (
                "begins with",
                median(lambda: store.find(query("address", Operator.STARTSWITH, "10.0.0.1")), rounds),
            ),
            (
                "regular expression",
                median(lambda: store.find(query("address", Operator.REGEX, r"\.77\.3$")), rounds),
            ),
            ("candidates of a request, again", median(lambda: inventory.candidates(request), rounds)),
        ]
    finally:
        raw.close()
        store.close()


def main(rounds: int = 31) -> None:
    """Measure and print a table.

    Args:
        rounds: how often each is done.
    """
    columns: list[Sequence[tuple[str, float]]] = []
    with tempfile.TemporaryDirectory() as directory:
        columns = [measure(Path(directory) / f"{count}.db", count, rounds) for count in SIZES]
    print(f"| {'median microseconds':31} | {' | '.join(f'{count:>9,}' for count in SIZES)} |")
    print(f"|:{'-' * 31}-|{'|'.join('-' * 10 + ':' for _ in SIZES)}|")
    for row in zip(*columns, strict=True):
        print(f"| {row[0][0]:31} | {' | '.join(f'{taken:9,.0f}' for _, taken in row)} |")


if __name__ == "__main__":
    main()
