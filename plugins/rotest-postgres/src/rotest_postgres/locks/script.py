"""Statements that go to the server in one message."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg

from rotest_postgres.database import Link, Row


class Script:
    """Collect statements; values are put in by the client, for PostgreSQL takes parameters for one statement only."""

    def __init__(self) -> None:
        self._statements: list[str] = []
        self._values: list[object] = []

    @property
    def empty(self) -> bool:
        """Tell whether there are no statements."""
        return not self._statements

    def add(self, statement: str, *values: object) -> None:
        """Add a statement with ``%s`` for each value."""
        self._statements.append(statement)
        self._values.extend(values)

    def add_rows(self, statement: str, rows: Sequence[Row]) -> None:
        """Add an INSERT that ends in VALUES, if there are rows."""
        if rows:
            row = f"({', '.join(['%s'] * len(rows[0]))})"
            self.add(
                f"{statement} {', '.join([row] * len(rows))}", *(value for values in rows for value in values)
            )

    def run(self, link: Link) -> list[list[Row]]:
        """Send all statements and return the rows of each, none for those that give none."""
        results: list[list[Row]] = []
        with psycopg.ClientCursor(link) as cursor:
            cursor.execute(";\n".join(self._statements).encode(), self._values or None)
            while True:
                results.append(cursor.fetchall() if cursor.description else [])
                if not cursor.nextset():
                    return results
