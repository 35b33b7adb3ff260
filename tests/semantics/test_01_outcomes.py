"""Section 1: outcomes."""

from __future__ import annotations

import pytest

from rotest_core.events import Outcome, RunFinished, TestFinished
from tests.execution.flow_project import play
from tests.project import Project


def test_1_1_outcome_is_the_highest_reported_and_every_text_is_kept(project: Project) -> None:
    assert [str(outcome) for outcome in sorted(Outcome, key=lambda outcome: outcome.severity)] == [
        "success",
        "skipped",
        "expected_failure",
        "unexpected_success",
        "failure",
        "error",
    ]
    played = play(
        project,
        """
        class Several(TestCase):
            def test(self):
                self.addCleanup(self.fail, "third")
                with self.subTest(): self.skipTest("first")
                raise ValueError("second")
        """,
    )
    assert played.outcomes == {"test": "error"}
    assert [text.splitlines()[-1] for text in played.texts("test")] == [
        "first",
        "ValueError: second",
        "AssertionError: third",
    ]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("def test(self): self.skipTest('')", 0),
        ("@unittest.expectedFailure\n            def test(self): self.fail()", 0),
        ("@unittest.expectedFailure\n            def test(self): ...", 1),
        ("def test(self): self.fail()", 1),
        ("def test(self): raise ValueError", 1),
    ],
)
def test_1_2_run_is_good_without_failure_error_and_unexpected_success(
    project: Project, body: str, status: int
) -> None:
    played = play(
        project,
        f"""
        class One(TestCase):
            {body}
        """,
    )
    assert (played.lived.status, played.lived.of(RunFinished)[0].status) == (status, status)


def test_1_3_what_concerns_resources_is_laid_to_the_infrastructure(project: Project) -> None:
    played = play(
        project,
        """
        class Failing(Tool):
            step: str
            def _take(self, step):
                if self.step == step: raise OSError(step)
            def connect(self): self._take("connect")
            def validate(self): self._take("validate")
            def initialize(self): self._take("initialize")
            def finalize(self): self._take("finalize")

        class Missing(TestCase):
            lamp = Flare.request(name="none")
            def test_missing(self): ...

        class Product(TestCase):
            def test_failure(self): self.fail()
            def test_error(self): raise ValueError

        for step in ("connect", "validate", "initialize", "finalize"):
            globals()[step] = type(step, (TestCase,), {
                "__module__": __name__, "tool": Failing.request(step=step), f"test_{step}": lambda self: None,
            })
        """,
    )
    causes = {event.test: str(event.cause) for event in played.lived.of(TestFinished)}
    names = list(played.outcomes)
    found = dict(zip(names, causes.values(), strict=True))
    infrastructure = ["test_connect", "test_validate", "test_initialize", "test_finalize", "test_missing"]
    assert {name for name in names if found[name] == "infrastructure"} == set(infrastructure)
    assert {played.outcomes[name] for name in infrastructure} == {"error"}
    assert played.outcomes["test_failure"] == "failure"
