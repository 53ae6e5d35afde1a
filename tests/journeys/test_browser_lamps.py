"""Boards in a real browser: every lamp a round dot at any zoom, pages at true speed, by keyboard, still for who wants it so."""

import io

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from tests.support.browser import a_browser, a_site
from tests.support.desk import a_desk

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.xdist_group("browser")]
GREETING = "Kính chào quý khách đến cửa khẩu quốc tế Hữu Nghị. Xe tải chờ ở bãi số 2, xin chuẩn bị hộ chiếu."


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Where the pages are, a submitted message of several pages, and the picture page of a draft."""
    with a_desk(tmp_path_factory.mktemp("lamps")) as desk, a_site(desk) as home:
        message, _ = desk.submitted(texts={"vi": GREETING, "en": "Lorries wait in yard 2"})
        yield home, f"/messages/{message}", f"/messages/{desk.draft()}/picture"


@pytest.fixture(scope="module")
def browser():
    with a_browser() as running:
        yield running


@pytest.fixture
def look(browser, place):
    contexts, faults = [], []

    def opened(who="guard", **facts):
        home, path, draft = place
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | facts)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"{home}/language?to=vi")
        page.fill("#username", who)
        page.fill("#password", "demo")
        page.press("#password", "Enter")
        page.wait_for_selector(".tile")
        if who == "author":
            page.goto(home + draft)
            return page
        page.goto(home + path)
        page.wait_for_function("() => document.querySelector('figure[data-taken] img.lamps')?.style.width")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


def first(page):
    return page.locator("figure[data-view]", has=page.locator("ol")).first


def width(figure):
    return figure.locator("img.lamps").evaluate("img => [img.naturalWidth, img.getBoundingClientRect().width]")


@pytest.mark.parametrize("ratio", [1, 1.5, 2])
def test_every_lamp_has_a_whole_number_of_the_screens_pixels(look, ratio):
    figure = first(look(device_scale_factor=ratio))
    lamps, wide = width(figure)
    pitch = wide * ratio / lamps
    assert pitch == pytest.approx(round(pitch), abs=0.01)
    assert pitch >= 3
    assert "dots" in figure.locator("img.lamps").get_attribute("class")


def test_the_keyboard_makes_lamps_larger_smaller_and_fitting(look):
    figure = first(look(reduced_motion="reduce"))
    stage, at_first = figure.locator(".picture"), width(figure)[1]
    stage.focus()
    stage.press("+")
    stage.press("+")
    assert width(figure)[1] > at_first
    stage.press("-")
    stage.press("0")
    assert width(figure)[1] == at_first


def test_pages_turn_by_themselves_and_stop_when_asked(look):
    page = look()
    figure = first(page)
    play = figure.locator("[data-do=play]")
    figure.scroll_into_view_if_needed()
    page.wait_for_function("node => node.getAttribute('aria-pressed') === 'true'", arg=play.element_handle())
    before = figure.locator("img.lamps").get_attribute("src")
    page.wait_for_function(
        "([img, src]) => img.getAttribute('src') !== src && !img.src.endsWith(src)",
        arg=[figure.locator("img.lamps").element_handle(), before], timeout=8_000,
    )  # fmt: skip
    play.click()
    assert play.get_attribute("aria-pressed") == "false"


def test_who_wants_no_motion_gets_none_until_asking_for_it(look):
    page = look(reduced_motion="reduce")
    figure = first(page)
    figure.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    play = figure.locator("[data-do=play]")
    assert play.get_attribute("aria-pressed") == "false"
    figure.locator("ol button").nth(1).click()
    assert figure.locator("ol button").nth(1).get_attribute("aria-current") == "true"
    assert figure.locator("img.lamps").get_attribute("src").endswith("/2.png")
    play.click()
    assert play.get_attribute("aria-pressed") == "true"


@pytest.mark.parametrize(("wide", "scheme"), [(1280, "light"), (390, "dark")])
def test_nobody_is_shut_out_of_the_lamps(look, wide, scheme):
    page = look(viewport={"width": wide, "height": 844}, color_scheme=scheme, reduced_motion="reduce")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= wide


def test_without_scripts_every_page_is_there(look):
    page = look(reduced_motion="reduce")
    address = page.url
    context = page.context.browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    plain = context.new_page()
    plain.goto(address)
    assert plain.locator("figure[data-view]").first.locator("ol img").count() >= 2
    assert not plain.locator(".tools").first.is_visible()
    context.close()


@pytest.mark.parametrize("wide", [1280, 390])
def test_a_picture_is_brought_and_tried_on_the_boards_by_its_author(look, wide):
    page = look(viewport={"width": wide, "height": 844}, reduced_motion="reduce", who="author")
    sign = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(sign, "PNG")
    page.set_input_files("#picture-file", {"name": "a.png", "mimeType": "image/png", "buffer": sign.getvalue()})
    page.click("#picture-file ~ button")
    page.wait_for_selector("img.brought")
    page.select_option("#fit", "fill")
    page.click("form[action$='/choose'] button")
    page.wait_for_selector("img.lamps[src*='fit=fill']")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= wide
