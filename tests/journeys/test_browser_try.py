"""A message in a real browser while it is written: boards a moment after each key, findings with their place, colours by hand."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.support.browser import a_browser, a_site, sign_in
from tests.support.desk import a_desk

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with a_desk(tmp_path_factory.mktemp("try")) as desk, a_site(desk) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with a_browser() as running:
        yield running


@pytest.fixture
def write(browser, home):
    contexts, faults = [], []

    def opened(language="vi", **facts):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | facts)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        sign_in(page, home, "author", language)
        page.goto(f"{home}/messages/new")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


def lamps(page):
    return page.locator("img.lamps[src^='blob:']")


def test_boards_show_a_text_while_it_is_written(write):
    page = write()
    page.fill("#text-vi", "Đi chậm")
    lamps(page).nth(1).wait_for()
    widths = page.evaluate("[...document.querySelectorAll('img.lamps')].map((each) => each.naturalWidth)")
    assert widths == [128, 192]
    page.select_option("#try-board", "192x64:rg")
    page.wait_for_function("() => document.querySelectorAll('img.lamps').length === 1")
    page.fill("#text-vi", "")
    page.wait_for_function("() => !document.querySelector('img.lamps')")


def test_what_blocks_is_said_under_its_text_and_its_place_is_shown(write):
    page = write("zh-Hans")
    page.fill("#text-en", "👍 Lorries 🚚 wait")
    said = page.locator("[data-wording=en] li.block")
    said.nth(1).wait_for()
    assert "不能提交：" in said.nth(1).inner_text()
    said.nth(1).locator("button").click()
    marked = page.evaluate(
        "(() => { const a = document.activeElement; return a.value.slice(a.selectionStart, a.selectionEnd); })()"
    )
    assert marked == "🚚"


def test_marked_words_take_a_colour_and_signs_are_put_where_the_cursor_is(write):
    page = write("en")
    page.fill("#text-en", "Stop here")
    page.evaluate("document.getElementById('text-en').setSelectionRange(0, 4)")
    page.locator("[data-wording=en] [data-put=colour]").select_option("red")
    assert page.input_value("#text-en") == "[red: Stop] here"
    page.locator("[data-wording=en] [data-put=sign]").select_option("lorry")
    assert ":lorry:" in page.input_value("#text-en")
    page.keyboard.press("Control+z")
    assert ":lorry:" not in page.input_value("#text-en")


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_a_line_that_passes_moves_unless_the_reader_wants_no_motion(write, motion):
    page = write(reduced_motion=motion)
    page.fill("#text-vi", "Xe tải chờ ở bãi số 2")
    page.select_option("#look-motion", "scroll")
    page.wait_for_function("() => document.querySelector('img.passing')?.style.transform")
    places = page.evaluate(
        """async () => {
            const seen = new Set();
            for (let look = 0; look < 40; look++) {
                seen.add(document.querySelector('img.passing').style.transform);
                await new Promise((done) => setTimeout(done, 50));
            }
            return [...seen];
        }"""
    )
    assert (len(places) > 5) if motion == "no-preference" else (places == ["translateX(0px)"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_each_board_stands_under_its_text_and_nothing_is_cut_off(write, scheme):
    page = write(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    page.fill("#text-vi", "Xe tải chờ ở bãi số 2 🚚")
    page.fill("#text-en", "Lorries wait in yard 2")
    page.locator("[data-wording=en] img.lamps").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    faults = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in faults] == []


def test_without_scripts_the_form_is_whole_and_hides_what_cannot_work(write):
    page = write(java_script_enabled=False)
    assert page.locator("#text-vi").is_visible()
    assert page.locator("#look-colour").is_visible()
    assert not page.locator("#try-board").is_visible()
    assert not page.locator("[data-put=colour]").first.is_visible()
