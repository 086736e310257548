"""The pages in a real browser: with and without script, by keyboard, and with no other host."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from twitchkg.server.pages.render import asset

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = next(
    (path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if os.path.exists(path)),
    None,
)
AXE = Path(__file__).parent.parent / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = """--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-component-update
    --disable-background-networking --disable-sync""".split()
needs_bundles = pytest.mark.skipif(
    not (asset("picture.js") and asset("editor.js")),
    reason="the scripts are not bundled: run 'python hatch_build.py'",
)
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium"),
    # Playwright's own loop leaves a few sockets for the collector when it ends.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "twitchkg", "serve", "--port", str(port), "--log", "none"]
    with subprocess.Popen([*command, "--workers", "2"]) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            for _ in range(300):
                try:
                    with urllib.request.urlopen(f"{address}/ready", timeout=2):
                        break
                except OSError:
                    time.sleep(0.2)
            else:
                raise AssertionError("the server did not start")
            yield address
        finally:
            server.terminate()
            server.wait(20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield opened
        opened.close()


class Watched:
    """A page, with what it asked of other hosts and what its console complained about."""

    def __init__(self, browser: Browser, base: str, **options: Any) -> None:
        self.context = browser.new_context(base_url=base, reduced_motion="reduce", **options)
        self.page: Page = self.context.new_page()
        self.elsewhere: list[str] = []
        self.faults: list[str] = []
        self.context.on(
            "request",
            lambda r: (
                None if r.url.startswith((base, "data:", "blob:")) else self.elsewhere.append(r.url)
            ),
        )
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on(
            "console",
            lambda m: self.faults.append(m.text) if m.type == "error" else None,
        )


@pytest.fixture
def watched(browser: Browser, base: str) -> Iterator[Watched]:
    made = Watched(browser, base)
    made.page.set_default_timeout(15_000)
    yield made
    made.context.close()
    assert made.elsewhere == []
    assert made.faults == []


def test_a_search_by_keyboard_opens_an_entity(watched: Watched) -> None:
    page = watched.page
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    box = page.locator("#q")
    box.focus()
    box.press_sequentially("eyelid twitching")
    page.wait_for_selector(".combo [role=option]")
    box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant")
    box.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"
    box.press("ArrowDown")
    page.wait_for_selector(".combo [role=option]")
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url("**/id/eyelid-twitching")
    assert page.locator("h1").inner_text() == "eyelid twitching"


def test_a_mark_opens_the_place_in_the_document(watched: Watched) -> None:
    page = watched.page
    page.goto("/id/myokymia")
    mark = page.locator("a.mark").first
    fragment = (mark.get_attribute("href") or "").partition("#")[2]
    mark.click()
    page.wait_for_url("**/source/*")
    assert page.evaluate("document.querySelector(':target').id") == fragment
    assert page.locator(":target").is_visible()


@needs_bundles
def test_the_picture_expands_by_click_and_keyboard(watched: Watched) -> None:
    page = watched.page
    page.goto("/neighbourhood?id=magnesium")
    page.wait_for_selector("#picture[data-ready=yes]")
    number = "twitchkgPicture.nodes().length"
    before = page.evaluate(number)
    assert before > 5
    page.locator(".canvas").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_function(f"() => {number} > {before}")
    middle = page.evaluate(number)
    node = page.evaluate(
        "twitchkgPicture.nodes().filter(n => n.data('label') === 'stress')[0].renderedPosition()"
    )
    frame = page.locator(".canvas").bounding_box()
    assert frame is not None
    page.mouse.click(frame["x"] + node["x"], frame["y"] + node["y"])
    page.wait_for_function(f"() => {number} > {middle}")
    assert page.locator(".legend-list li").count() >= 3
    page.goto("/foods")
    page.wait_for_selector("#picture[data-ready=yes]")
    assert page.evaluate(number) > 10


def test_the_comparison_offers_topics(watched: Watched) -> None:
    page = watched.page
    page.goto("/compare")
    page.fill("#topic", "stress")
    page.locator("#main form button").click()
    assert page.locator("table.compare thead th").count() == 6
    assert page.locator("td.says-so").count() > 3
    assert page.locator("td.silent").count() > 0


def test_the_form_gives_advice_with_red_flags(watched: Watched) -> None:
    page = watched.page
    page.goto("/doctor")
    page.get_by_label("weakness", exact=False).first.check()
    page.fill("#duration", "3")
    page.select_option("#unit", "weeks")
    page.get_by_role("button", name="Show what the documents advise").click()
    assert page.locator("#advice > .advice li").count() > 0
    assert page.locator("#red-flags").is_visible()


@needs_bundles
def test_the_editor_runs_a_query_and_shares_it(watched: Watched) -> None:
    page = watched.page
    page.goto("/editor?query=SELECT+%3Ft+WHERE+%7B+%3Ft+a+twk%3ATwitchType+%7D+ORDER+BY+%3Ft")
    page.wait_for_selector("#editor[data-ready=yes]")
    assert "TwitchType" in page.locator(".CodeMirror-code").first.inner_text()
    page.locator(".yasqe_queryButton").first.click()
    page.wait_for_selector(".yasr table td, .yasr .tableCell")
    assert "myokymia" in page.locator(".yasr").first.inner_text()
    assert "TwitchType" in (page.locator("#share").get_attribute("href") or "")


def test_a_query_with_its_parameters_as_a_form(watched: Watched) -> None:
    page = watched.page
    page.goto("/queries/foods-by-nutrient")
    page.fill("#p-nutrient", "potassium")
    page.get_by_role("button", name="Ask").click()
    assert "nutrient=potassium" in page.url
    assert page.locator("tbody tr").count() > 1


def test_a_failing_query_says_where(browser: Browser, base: str) -> None:
    made = Watched(browser, base)
    made.page.goto("/query")
    made.page.fill("#query", "SELECT * WHERE { ?s ?p")
    made.page.get_by_role("button", name="Run").click()
    assert "line 1, column" in made.page.get_by_role("alert").inner_text().lower()
    made.context.close()
    assert made.elsewhere == []


def test_everything_but_editor_and_picture_works_without_script(
    browser: Browser, base: str
) -> None:
    made = Watched(browser, base, java_script_enabled=False)
    page = made.page
    page.goto("/")
    page.fill("#q", "eyelid twitching")
    page.locator(".big-search button").click()
    page.locator(".matches a").first.click()
    assert page.locator("h1").inner_text() == "eyelid twitching"
    page.goto("/neighbourhood?id=magnesium")
    assert page.locator("#edges tbody tr").count() > 5
    page.goto("/doctor?sign=weakness")
    assert page.locator("#red-flags").is_visible()
    page.goto("/query?query=ASK+%7B%7D")
    assert "yes" in page.locator("[role=status]").inner_text()
    made.context.close()
    assert made.elsewhere == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_serious_and_nothing_overflows(
    browser: Browser, base: str, scheme: str, width: int
) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is missing: run 'npm ci'")
    made = Watched(
        browser,
        base,
        color_scheme=scheme,
        viewport={"width": width, "height": 844},
        bypass_csp=True,
    )
    page = made.page
    faults = []
    addresses = ["/", "/search?q=eyelid", "/id/myokymia", "/id/harmless", "/claim/000-0042"]
    addresses += ["/source/002", "/compare?topic=stress", "/doctor?sign=weakness", "/foods"]
    addresses += ["/queries", "/queries/outlook", "/query?query=ASK+%7B%7D", "/disagreements"]
    addresses += ["/neighbourhood?id=magnesium", "/editor"]
    for address in addresses:
        page.goto(address)
        if page.locator("#picture").count():
            page.wait_for_selector("#picture[data-ready=yes]")
        if page.locator("#editor").count():
            page.wait_for_selector("#editor[data-ready=yes]")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        # The nodes that pass are of no interest, and to describe them takes most of the time.
        found = page.evaluate("axe.run({resultTypes: ['violations']})")
        faults += [
            (address, fault["id"], [node["html"][:160] for node in fault["nodes"]][:3])
            for fault in found["violations"]
            if fault["impact"] in ("serious", "critical")
        ]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
            faults.append((address, "wider than the screen", []))
    made.context.close()
    assert faults == []
