"""The playlist form in a real browser: places grow where the reader is, by mouse and keyboard, and Enter saves."""

import pytest

from tests.support.browser import a_browser, a_site, sign_in
from tests.support.desk import a_desk

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with a_desk(tmp_path_factory.mktemp("places")) as desk, a_site(desk) as address:
        desk.approved(title="Bãi số 2")
        yield address


@pytest.fixture(scope="module")
def browser():
    with a_browser() as running:
        yield running


def opened(browser, home, **facts):
    page = browser.new_context(**facts).new_page()
    sign_in(page, home, "operator", "vi")
    page.goto(f"{home}/playlists")
    return page


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_place_is_added_by_keyboard_and_what_was_typed_stays(browser, home, script):
    page = opened(browser, home, java_script_enabled=script)
    page.fill("#name", "Sáng")
    page.select_option("#message-0", index=1)
    page.fill("#seconds-0", "9")
    page.focus("button[name=add]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#message-1")
    assert page.locator("fieldset[data-place] > legend").all_text_contents() == ["Vị trí 1", "Vị trí 2"]
    assert page.locator(":focus").get_attribute("id") == "message-1"
    assert [page.input_value(f"#{field}") for field in ("name", "seconds-0", "message-1", "seconds-1")] == [
        "Sáng",
        "9",
        "",
        "",
    ]
    page.select_option("#message-1", index=1)
    page.focus("#name")
    page.keyboard.press("Enter")
    page.wait_for_selector("td:has-text('Sáng') ~ td li:nth-child(2)")
    page.context.close()


def test_on_a_phone_nothing_is_wider_than_the_screen(browser, home):
    page = opened(browser, home, viewport={"width": 390, "height": 844}, color_scheme="dark")
    page.click("button[name=add]")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.context.close()
