"""The page in a real browser: what a person sees and can do.

Skipped where there is no browser; see tests/browser.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from rotest_core.events import Outcome
from rotest_core.testing import SAMPLE_RUNS, EventScript
from tests.browser import NoBrowserError, opened_browser
from tests.report_runs import laboratory, many_tests
from tests.rotest_backends.outputs.html.report import write

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from rotest_core.events import Event

IN_SIGHT = "row => !row.hidden && row.checkVisibility()"


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    try:
        with opened_browser() as browser:
            yield browser
    except NoBrowserError as error:
        pytest.skip(str(error))


class Opened:
    """Open reports, and watch for whatever a page complains about.

    Attributes:
        complaints: errors and warnings of the pages.
        requested: what the pages asked for beside themselves.
    """

    def __init__(self, browser: Browser, directory: Path) -> None:
        self._browser = browser
        self._directory = directory
        self.complaints: list[str] = []
        self.requested: list[str] = []

    def page(
        self, events: Iterable[Event], *, hash_: str = "", script: bool = True, dark: bool = False
    ) -> Page:
        """Open the report of a run."""
        path = write(self._directory, events)
        context = self._browser.new_context(
            java_script_enabled=script,
            color_scheme="dark" if dark else "light",
            viewport={"width": 1200, "height": 900},
        )
        page = context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requested.append(request.url))
        page.goto(path.as_uri() + hash_)
        return page


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Generator[Opened]:
    opened = Opened(browser, tmp_path)
    yield opened
    for context in browser.contexts:
        context.close()
    assert opened.complaints == []
    assert all(url.startswith(("file:", "data:")) for url in opened.requested), opened.requested


def names_in_sight(page: Page) -> list[str]:
    names: list[str] = page.eval_on_selector_all(
        "#tests li[data-t]",
        f"rows => rows.filter({IN_SIGHT}).map(row => row.querySelector('span').textContent)",
    )
    return names


@pytest.mark.parametrize("name", sorted(SAMPLE_RUNS))
def test_every_run_opens_without_complaint(opened: Opened, name: str) -> None:
    page = opened.page(SAMPLE_RUNS[name]())
    page.wait_for_selector(".chart svg, #timeline[hidden]", state="attached")
    page.keyboard.press("e")
    page.keyboard.press("n")
    assert len(opened.requested) == 1


def test_no_text_becomes_an_element_or_a_script(opened: Opened) -> None:
    bad = "</script></style></details><img src=x onerror=alert(1)><script>alert(2)</script>"
    script = EventScript(name=bad)
    with script.group("module", bad), script.test(bad, tags=(bad,), description=bad) as test:
        test.lease(bad, bad, bad)
        test.log(bad, logger=bad)
        test.expect(bad, passed=False, text=bad, values=(bad,))
        test.report(Outcome.FAILURE, bad, file=bad, line=1, subtest=bad)
    page = opened.page(script.finish())
    page.wait_for_selector(".chart svg")
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 1
    assert page.locator("#failures .t").count() == 1


def test_search_narrows_tree_and_failures_and_is_kept_in_the_address(opened: Opened) -> None:
    page = opened.page(SAMPLE_RUNS["sample"]())
    page.keyboard.press("/")
    page.keyboard.type("calc1 division")
    page.keyboard.press("Backspace")
    page.get_by_role("searchbox").first.fill("division")
    page.wait_for_url(re.compile("q=division"))
    assert names_in_sight(page) == ["test_division"]
    assert page.locator("#failures .t:visible").count() == 1
    assert page.locator("output").first.inner_text() == "1 of 11"
    page.keyboard.press("Escape")
    assert len(names_in_sight(page)) == 11


def test_outcomes_are_filters(opened: Opened) -> None:
    page = opened.page(SAMPLE_RUNS["sample"]())
    page.get_by_role("button", name="skipped").click()
    assert names_in_sight(page) == ["test_skipped"]
    assert page.locator("#failures .t:visible").count() == 0
    page.get_by_role("button", name="failed").click()
    assert names_in_sight(page) == ["test_division", "test_skipped", "CalculatorFlow"]


def test_an_address_shows_the_same_again(opened: Opened) -> None:
    page = opened.page(SAMPLE_RUNS["sample"](), hash_="#q=test_&show=fe&test=6")
    assert "test_skipped" not in names_in_sight(page)
    assert page.locator("#t6").get_attribute("open") is not None
    assert page.get_by_role("searchbox").first.input_value() == "test_"


def test_a_failure_in_the_tree_leads_to_what_is_known_of_it(opened: Opened) -> None:
    page = opened.page(SAMPLE_RUNS["sample"]())
    assert page.locator("#t6 .tb").first.is_hidden()
    page.locator("#tests a", has_text="test_subtests").click()
    assert page.locator("#t6 .tb").first.is_visible()
    assert "test=6" in page.url


def test_keys_go_from_failure_to_failure(opened: Opened) -> None:
    page = opened.page(SAMPLE_RUNS["sample"]())
    seen: list[str | None] = []
    for key in ("n", "n", "p"):
        page.keyboard.press(key)
        seen.append(page.locator("#failures .here[open]").get_attribute("id"))
    assert seen == ["t1", "t5", "t1"]


def test_a_test_is_unfolded_with_the_keyboard_alone(opened: Opened) -> None:
    page = opened.page(SAMPLE_RUNS["sample"]())
    assert page.get_by_text("the calculator is ready").is_hidden()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    assert page.get_by_text("the calculator is ready").is_visible()


def test_the_keys_are_told(opened: Opened) -> None:
    page = opened.page(SAMPLE_RUNS["empty"]())
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()
    page.keyboard.press("Escape")
    assert page.get_by_role("dialog").is_hidden()


def test_a_log_is_sifted_by_level_and_text(opened: Opened) -> None:
    page = opened.page(SAMPLE_RUNS["sample"]())
    failure = page.locator("#t1")
    lines = failure.locator(".log li:visible")
    assert lines.count() == 30
    failure.get_by_label("Level").select_option("30")
    assert lines.count() == 14
    failure.get_by_label("Search this log").fill("STEP 2")
    assert [text.split()[-1] for text in lines.all_inner_texts()] == ["2", "22", "23", "26", "27"]


def test_the_timeline_shows_workers_resources_and_waiting(opened: Opened) -> None:
    page = opened.page(laboratory())
    page.wait_for_selector(".chart svg")
    labels = page.locator(".chart .label > title").all_text_contents()
    assert labels[:5] == ["worker-1", "worker-2", "worker-3", "Board board1", "Board board2"]
    assert page.locator(".chart .wait").count() > 10
    assert page.locator(".legend").inner_text().split("\n")[-1].strip().endswith("waiting")
    page.locator(".picture rect.e").first.click(position={"x": 8, "y": 4})
    assert page.locator("#failures .here.e[open]").count() == 1


def test_the_timeline_zooms_and_keeps_that_in_the_address(opened: Opened) -> None:
    page = opened.page(laboratory())
    page.wait_for_selector(".chart svg")
    page.keyboard.press("t")
    page.keyboard.press("+")
    assert "zoom=" in page.url
    page.keyboard.press("0")
    assert "zoom=" not in page.url


def test_ten_thousand_tests_make_a_small_timeline(opened: Opened) -> None:
    page = opened.page(many_tests())
    page.wait_for_selector(".chart svg")
    assert page.locator("#tests li[data-t]").count() == 10_000
    assert page.locator(".chart rect").count() < 2_000


def test_colours_follow_the_system_or_the_reader(opened: Opened) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    page = opened.page(SAMPLE_RUNS["sample"](), dark=True)
    assert page.evaluate(background) == "rgb(18, 22, 29)"
    page.keyboard.press("d")
    page.keyboard.press("d")
    assert page.evaluate(background) == "rgb(255, 255, 255)"


def test_it_is_readable_without_script(opened: Opened) -> None:
    page = opened.page(SAMPLE_RUNS["sample"](), script=False)
    assert page.locator("h1").inner_text().endswith("FAILED")
    assert page.locator("#t1 .tb").is_visible()
    page.locator("#t2 > summary").click()
    assert "nothing listens on" in page.locator("#t2 .tb").inner_text()
    assert page.locator("input, button").count() == 0
    page.locator("#t0 summary").click()
    assert page.locator("#t0 .log").is_visible()


def test_failures_are_printed_unfolded(opened: Opened) -> None:
    page = opened.page(SAMPLE_RUNS["sample"]())
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#failures .t:not([open])").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("#failures .t:not([open])").count() == 6
    page.emulate_media(media="print")
    assert page.locator(".bar-top").is_hidden()
    assert page.pdf().startswith(b"%PDF")


def test_every_outcome_has_a_sign_and_enough_contrast(opened: Opened) -> None:
    for dark in (False, True):
        page = opened.page(SAMPLE_RUNS["sample"](), dark=dark)
        signs: list[str] = page.eval_on_selector_all(
            ".tile", "tiles => tiles.map(tile => getComputedStyle(tile, '::before').content)"
        )
        assert len(set(signs)) == len(signs) == 7
        ratios: list[float] = page.eval_on_selector_all(".tile, small, .at, i, q, h4", CONTRASTS)
        assert min(ratios) >= 4.5


CONTRASTS = """elements => {
  const light = text => text.match(/[\\d.]+/g).slice(0, 3).map(Number).map(part => part / 255)
    .map(part => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4)
    .reduce((sum, part, place) => sum + part * [.2126, .7152, .0722][place], 0);
  const behind = element => {
    for (; element; element = element.parentElement) {
      const color = getComputedStyle(element).backgroundColor;
      if (!/, 0\\)$/.test(color) && color !== "transparent") return color;
    }
  };
  return elements.filter(element => element.textContent).map(element => {
    const [low, high] = [getComputedStyle(element).color, behind(element)].map(light).sort((one, other) => one - other);
    return (high + .05) / (low + .05);
  });
}"""


def test_series_lie_on_the_time_axis_of_the_timeline_and_zoom_with_it(opened: Opened) -> None:
    page = opened.page(laboratory())
    page.wait_for_selector(".chart svg")
    plots = page.locator(".chart svg path.series")
    labels = page.locator(".chart .label").evaluate_all(
        "labels => labels.map(label => label.firstChild.textContent)"
    )
    # Boards pass from worker to worker; what a process takes goes on in all of them at the same time.
    assert labels[-plots.count() :] == [
        "board1.temperature",
        "board2.temperature",
        "process.memory · worker-1",
        "process.memory · worker-2",
        "process.memory · worker-3",
    ]
    lane = page.locator(".chart rect.lane").first.bounding_box()
    plot = plots.first.bounding_box()
    assert lane is not None
    assert plot is not None
    assert lane["x"] - 2 <= plot["x"]
    assert plot["x"] + plot["width"] <= lane["x"] + lane["width"] + 2
    before = plots.first.get_attribute("transform")
    page.keyboard.press("t")
    page.keyboard.press("+")
    assert plots.first.get_attribute("transform") != before


def test_measurements_stand_against_their_limits(opened: Opened) -> None:
    page = opened.page(laboratory(), script=False)
    failed = page.locator("#failures .t[open] tr.f").filter(has_text="boot time")
    assert failed.locator("td").nth(3).inner_text() == "≤ 8"
    band = failed.locator(".in").bounding_box()
    mark = failed.locator(".at").bounding_box()
    assert band is not None
    assert mark is not None
    assert mark["x"] > band["x"] + band["width"]
