"""What tests are expected to take comes from past runs, here and elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from rotest_core.scheduling.durations import FILE_NAME, Durations
from tests.project import Project


def test_what_ran_here_is_known_from_here_and_the_rest_from_elsewhere(project: Project) -> None:
    project.write_case("test_a.py", "A")
    one, two = project.plan(".").tests
    project.write(FILE_NAME, json.dumps({"version": 1, "tests": {one.id: [3.0]}, "groups": {}}))
    asked: list[str] = []

    def elsewhere() -> Mapping[str, Sequence[float]]:
        asked.append("durations")
        return {one.id: [9.0], two.id: [1.0, 7.0, 2.0]}

    durations = Durations(str(project.root), elsewhere)

    assert durations.past(one) == 3.0
    assert asked == []
    assert durations.past(two) == 2.0
    assert durations.expected([one, two]) == {one.number: 3.0, two.number: 2.0}
    assert asked == ["durations"]
