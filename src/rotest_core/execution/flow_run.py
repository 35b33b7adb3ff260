"""Run the parts of a flow.

Which part runs after which failure, and which values it gets, is written down in docs/flows.md.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from unittest.case import SkipTest

from rotest_core.authoring.checks import bind
from rotest_core.authoring.flow import Mode, TestFlow
from rotest_core.authoring.ports import NoValueError
from rotest_core.errors import CleanupErrors
from rotest_core.events import Cause, Outcome
from rotest_core.execution.company import PartResult
from rotest_core.execution.deadline import unbroken
from rotest_core.execution.direct import is_checked, run_checked
from rotest_core.execution.fixtures import Fixtures
from rotest_core.execution.interrupts import interruptible
from rotest_core.execution.result import Result
from rotest_core.execution.running_test import RunningTest
from rotest_core.execution.salvage import finish
from rotest_core.execution.stage import NO_RESOURCES, PREVIOUS_FAILED
from rotest_core.execution.steering import JUMPED_OVER, Steering
from rotest_core.planning.passing import NotGivenError, Scope

if TYPE_CHECKING:
    import unittest
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from rotest_core.authoring.flow import FlowPart
    from rotest_core.execution.company import Company, Complaint
    from rotest_core.execution.equipment import Equipment
    from rotest_core.model.request import Request
    from rotest_core.planning.flow_parts import Part


class FlowRun:
    """Run what is in one flow, while its own case runs.

    Args:
        company: what all parts work with.
        part: the flow.
        case: its case.
        scope: what it is given; its own outputs are collected here.
        result: takes its outcome.

    Attributes:
        complaints: what was not good in its parts, at any depth.
        equipment: gives the holder of the flow's own resources, if it has any.
    """

    def __init__(self, company: Company, part: Part, case: TestFlow, scope: Scope, result: Result) -> None:
        self.complaints: list[Complaint] = []
        self.equipment: Callable[[], Equipment | None] = lambda: None
        self.part = part
        self.case = case
        self.scope = scope
        self._company = company
        self._result = result
        self._inherited: dict[str, object] = {}
        self._steering = Steering(part)

    def prepare(self, inherited: Mapping[str, object]) -> None:
        """Give the case its values, and the means to run its parts.

        Args:
            inherited: resources of the flows around that it uses as its own.
        """
        self._inherited = dict(inherited)
        self._look_at_resources()
        vars(self.case).update(self.scope.plain())
        vars(self.case)["_rotest_run_parts"] = self.run_parts
        vars(self.case)["_rotest_steering"] = self._steering

    @unbroken
    def run_parts(self) -> None:
        """Run one part after the other, and report what became of them."""
        stopped, steering = False, self._steering
        for steering.position, part in enumerate(self.part.parts):
            if steering.target == steering.position:
                stopped, steering.target = False, None
            jumped = steering.target is not None
            if jumped or (stopped and part.mode is not Mode.FINALLY):
                self._company.stage.skip(part, JUMPED_OVER if jumped else PREVIOUS_FAILED)
                outcome = Outcome.SKIPPED
            else:
                self._look_at_resources()
                run = PartRun(self._company, part, self)
                outcome = run.run()
                self.complaints += run.complaints
                stopped = stopped or stops(part.mode, outcome)
            steering.outcomes.append(outcome)
        self._company.log_for(self.part.number, self.part.name)
        self._company.stage.tell()
        self._report()

    def take_output(self, name: str, value: object) -> None:
        """Share a value with the flow and with the parts that follow."""
        self.scope.outputs[name] = value
        vars(self.case)[name] = value

    def enter(self, inner: FlowRun) -> None:
        """Take note that the part that runs now is a flow."""
        self._steering.inner = inner._steering

    def _look_at_resources(self) -> None:
        """Take note of what the flow has now: parts may ask for more on its behalf, and give it back."""
        equipment = self.equipment()
        self.scope.resources.clear()
        self.scope.resources.update(self._inherited)
        if equipment is not None:
            self.scope.resources.update(equipment.given)

    def _report(self) -> None:
        if not self.complaints:
            return
        errors = [complaint for complaint in self.complaints if complaint.outcome is Outcome.ERROR]
        blamed = {complaint.cause for complaint in errors or self.complaints}
        lines = [
            f"{path}: {outcome.replace('_', ' ')}: {summary}" if summary else f"{path}: {outcome}"
            for path, outcome, summary, _ in self.complaints
        ]
        more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
        Result.report(
            self._result,
            Outcome.ERROR if errors else Outcome.FAILURE,
            "\n".join(lines),
            summary=f"{lines[0]}{more}",
            cause=Cause.INFRASTRUCTURE if blamed == {Cause.INFRASTRUCTURE} else Cause.PRODUCT,
        )


def why_not_run(result: Result) -> str:
    """Say why parts of a flow that is over did not run: the flow was skipped itself, or something failed."""
    return result.skipped[-1][1] if result.outcome is Outcome.SKIPPED and result.skipped else PREVIOUS_FAILED


def stops(mode: object, outcome: Outcome) -> bool:
    """Tell whether the end of a part stops the flow that it is in."""
    return outcome is Outcome.ERROR or (mode is not Mode.OPTIONAL and not outcome.good)


class PartRun:
    """Run one part.

    Args:
        company: what all parts work with.
        part: the part.
        around: the flow that it is in.
    """

    def __init__(self, company: Company, part: Part, around: FlowRun) -> None:
        self._company = company
        self._part = part
        self._around = around
        self._result = PartResult(company, part)
        self._scope = Scope(part.parameters, part.common, part.defaults, around.scope)
        self._inner: FlowRun | None = None

    @property
    def complaints(self) -> list[Complaint]:
        """Give what was not good in it, at any depth."""
        inner = [] if self._inner is None else self._inner.complaints
        return [*self._result.complaints, *inner]

    def run(self) -> Outcome:
        """Run it from its beginning to its end."""
        company, part, result = self._company, self._part, self._result
        case = self._make()
        company.stage.begin(part, _description(case))
        company.log_for(part.number, part.name)
        if case is not None:
            self._run_case(case)
        if part.kind == "flow":
            company.stage.skip_inside(part, why_not_run(result))
        company.stage.end(part, result.outcome, result.cause)
        return result.outcome

    def _make(self) -> FlowPart | None:
        method = "runTest" if self._part.kind == "flow" else self._part.methods[0]
        made: list[FlowPart] = []
        self._guarded(lambda: made.append(self._part.component(method)), Cause.PRODUCT)
        if not made:
            return None
        case = made[0]
        case._rotest_parent = self._around.case  # pyright: ignore[reportPrivateUsage]
        if isinstance(case, TestFlow):
            self._inner = FlowRun(self._company, self._part, case, self._scope, self._result)
            self._around.enter(self._inner)
        return case

    def _run_case(self, case: FlowPart) -> None:
        if not self._part.has_fixtures:
            self._run_set_up(case)
            return
        fixtures = Fixtures(partial(self._report_fixture, case))
        ready: list[bool] = []
        self._with_fixtures(lambda: ready.append(fixtures.set_up_class(type(case))))
        if any(ready):
            self._run_set_up(case)
            self._with_fixtures(lambda: fixtures.tear_down_class(type(case)))

    def _with_fixtures(self, step: Callable[[], object]) -> None:
        """Run fixtures of the part's class, which report what they raise."""
        self._company.flush()
        try:
            step()
        except KeyboardInterrupt as interrupt:
            self._company.interrupted(interrupt)

    def _report_fixture(
        self, case: FlowPart, scope: str, name: str, error: BaseException, started: float
    ) -> None:
        if isinstance(error, SkipTest):
            self._result.addSkip(case, str(error))
        else:
            self._result.report_error(error)

    def _run_set_up(self, case: FlowPart) -> None:
        """Run the case of a part whose class is set up."""
        self._around.case._rotest_running = case  # pyright: ignore[reportPrivateUsage]
        running = self._running(case)
        if self._set_up(case, running) and self._guarded(lambda: self._give_values(case), Cause.PRODUCT):
            bind(case, running)
            if self._company.watch is not None:
                self._company.watch(case, self._result)
            self._carry_out(case)
            bind(case, None)
            self._share(case, running)
        self._clear_up(running)
        self._around.case._rotest_running = None  # pyright: ignore[reportPrivateUsage]

    def _running(self, case: FlowPart) -> RunningTest:
        company, number = self._company, self._part.number
        directory = company.directory(number, self._part.name)
        return RunningTest(
            number,
            f"{type(case).__module__}.{type(case).__qualname__}",
            directory,
            company.coordinator,
            lambda: company.equip(number, directory),
            company.config,
            company.on_failed_expectation,
            unit=company.flow,
            around=self._scope.held,
        )

    # Before the case

    def _set_up(self, case: FlowPart, running: RunningTest) -> bool:
        """Lease and set up what the part asks for itself; what the flows around have already is theirs."""
        inherited: dict[str, object] = {}
        if self._part.requests and not self._guarded(
            lambda: self._request(running, inherited), Cause.INFRASTRUCTURE
        ):
            if self._part.kind == "flow":
                self._company.stage.skip_inside(self._part, NO_RESOURCES)
            return False
        self._scope.resources.update(inherited)
        if running.equipment is not None:
            self._scope.resources.update(running.equipment.given)
        if self._inner is not None:
            self._inner.equipment = lambda: running.equipment
            self._inner.prepare(inherited)
        return True

    def _request(self, running: RunningTest, inherited: dict[str, object]) -> None:
        self._company.flush()
        held = self._scope.held()
        inherited.update(_inherited(self._part.requests, held))
        wanted = [request for request in self._part.requests if request.name not in held]
        if wanted:
            running.request_resources(wanted, None)

    def _give_values(self, case: FlowPart) -> None:
        """Set the attributes of a block; the inputs go through their pipes now."""
        if self._part.kind == "flow":
            return
        part, scope = self._part, self._scope
        values = scope.plain()
        # Also what takes the place of a request of its own.
        for name in (*part.inputs, *part.declared.intersection(part.parameters)):
            if name in values and name not in scope.pipes:
                continue
            try:
                found = scope.find(name)
            except NotGivenError as error:
                raise NoValueError(self._missing(name, error.name)) from None
            if any(pipe.formula is not None for pipe in found.pipes):
                self._company.flush()
            values[name] = found.resolve()
        for name in part.outputs:
            values.pop(name, None)
        vars(case).update(values)

    def _missing(self, name: str, source: str) -> str:
        main = [self._part, *self._part.outwards()][-1]
        givers = [part.path for part in main.inside() if source in part.outputs]
        what = f"the input {name!r}" + ("" if source == name else f", piped from {source!r},")
        if not givers:
            return f"{what} has no value"
        return f"{what} has no value: {' and '.join(givers)} did not set the output {source!r}"

    # The case

    def _carry_out(self, case: FlowPart) -> None:
        result, part = self._result, self._part
        directly = self._runs_directly(case)
        if not directly:
            self._company.flush()
        try:
            if part.limit:
                what = f"the {part.kind} {part.path}"
                self._company.deadline.narrow(part.limit, what, _run, case, result, directly)
            else:
                _run(case, result, directly)
        except KeyboardInterrupt as interrupt:
            self._company.interrupted(interrupt)
            result.report_error(interrupt)
            finish(case, interrupt, result)
        except BaseException as error:  # a case with a `run` of its own; it is to blame, not the run
            result.report_error(error)

    def _runs_directly(self, case: FlowPart) -> bool:
        """Tell whether the steps of a case may be called one by one; a watch takes part in what unittest calls."""
        if self._company.watch is not None:
            return False
        known, kind = self._company.direct, type(case)
        found = known.get(kind)
        if found is None:
            found = known[kind] = is_checked(kind)
        # A mark to skip the method, to expect its failure.
        return found and not getattr(getattr(case, case._testMethodName), "__dict__", True)

    # After the case

    def _share(self, case: FlowPart, running: RunningTest) -> None:
        """Give the outputs that were set to the flow."""
        attributes = vars(case)
        for name in self._part.outputs:
            if name in attributes:
                self._guarded(partial(self._share_output, name, attributes[name]), Cause.PRODUCT)
            elif running.setup_done:
                self._company.log_for(self._part.number, self._part.name)
                running.logger.warning("%s did not set its output %r", self._part.path, name)

    def _share_output(self, name: str, value: object) -> None:
        pipe = self._scope.pipes.get(name)
        if pipe is None:
            self._around.take_output(name, value)
        else:
            self._company.flush()
            self._around.take_output(pipe.name, pipe.apply(value))

    def _clear_up(self, running: RunningTest) -> None:
        """Give back what the part had for itself; an interrupt ends one attempt and not the next."""
        equipment, outcome = running.equipment, self._result.outcome
        if equipment is None:
            return
        names = set(equipment.resources)
        if outcome is Outcome.ERROR or not (running.setup_done or outcome.good):
            # Nobody knows how far the part came with them.
            equipment.dirty |= names
        while equipment.resources:
            if not self._guarded(lambda: running.release_resources(None), Cause.INFRASTRUCTURE):
                self._company.doubtful.update(names)

    def _guarded(self, step: Callable[[], object], cause: Cause) -> bool:
        """Take a step, and report what it raises; tell whether it raised nothing."""
        try:
            _take(step)
        except KeyboardInterrupt as interrupt:
            self._company.interrupted(interrupt)
            self._result.report_error(interrupt)
        except CleanupErrors as errors:
            for error in errors.exceptions:
                self._result.report_error(error, cause=cause)
        except BaseException as error:  # a time limit is no Exception
            self._result.report_error(error, cause=cause)
        else:
            return True
        return False


@interruptible
def _run(case: unittest.TestCase, result: Result, directly: bool) -> None:
    """Run the case of a part."""
    if directly:
        run_checked(case, getattr(case, case._testMethodName), result)
    else:
        case(result)


@interruptible
def _take(step: Callable[[], object]) -> None:
    """Run code of users, or wait for resources."""
    step()


def _inherited(requests: Iterable[Request[Any]], held: Mapping[str, object]) -> dict[str, object]:
    """Give what a part has already of what it asks for, and what it unpacks of that."""
    from rotest_core.model.resource import is_resource
    from rotest_core.model.unpacking import unpack

    inherited: dict[str, object] = {}
    for request in requests:
        resource = held.get(request.name)
        if is_resource(resource):
            inherited.update(unpack(request, resource))
    return inherited


def _description(case: FlowPart | None) -> str:
    try:
        return "" if case is None else case.shortDescription() or ""
    except Exception:  # what a case says of itself is its author's code
        return ""
