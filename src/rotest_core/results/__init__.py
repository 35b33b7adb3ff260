"""What results stores, and what writes and reads them, have in common.

A store keeps what :class:`ResultsBuilder` makes of the events of a run. What its sums mean is said, and done in
memory, by the functions of `rotest_core.results.tallies`; the ones that keep rows in tables find here how a run and a
test become a row.
"""

from __future__ import annotations

from rotest_core.results.answers import (
    SIGNATURE_COLUMNS,
    durations_of,
    measurements_of,
    signature_of,
    signature_tally_of,
    tally_of,
    unit_tally_of,
)
from rotest_core.results.building import LOG_BYTES, ResultsBuilder
from rotest_core.results.choosing import chosen_runs
from rotest_core.results.event_lines import read_lines
from rotest_core.results.liveness import is_gone, process_mark
from rotest_core.results.recognising import Recognised, Recogniser
from rotest_core.results.recovery import settle, take_in
from rotest_core.results.retention import outdated
from rotest_core.results.rows import (
    RUN_COLUMNS,
    TEST_COLUMNS,
    details_of,
    details_text,
    outcome_at,
    run_of,
    run_row,
    test_of,
    test_row,
    use_rows,
)
from rotest_core.results.signing import fits, normalise, signature_id
from rotest_core.results.tallies import tally_signatures, tally_tests, tally_units
from rotest_core.results.text import storable

__all__ = [
    "LOG_BYTES",
    "RUN_COLUMNS",
    "SIGNATURE_COLUMNS",
    "TEST_COLUMNS",
    "Recognised",
    "Recogniser",
    "ResultsBuilder",
    "chosen_runs",
    "details_of",
    "details_text",
    "durations_of",
    "fits",
    "is_gone",
    "measurements_of",
    "normalise",
    "outcome_at",
    "outdated",
    "process_mark",
    "read_lines",
    "run_of",
    "run_row",
    "settle",
    "signature_id",
    "signature_of",
    "signature_tally_of",
    "storable",
    "take_in",
    "tally_of",
    "tally_signatures",
    "tally_tests",
    "tally_units",
    "test_of",
    "test_row",
    "unit_tally_of",
    "use_rows",
]
