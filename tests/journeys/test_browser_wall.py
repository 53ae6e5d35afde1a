"""The pages in a real browser: live, in three languages, dark and narrow, for those who cannot see them, and when the link dies."""

import io
import math
import shutil
import struct
import wave

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from tests.support.province import a_province, eventually

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.xdist_group("browser")]
TILE = "[id='tile-chi-ma/board-1']"
# Without these the browser asks its maker's hosts for things, many times a second.
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    with a_province(tmp_path_factory.mktemp("browser"), "chi-ma", "tan-thanh") as running:
        message, _ = running.approved({"vi": "Xe tải chờ ở bãi số 2", "en": "Lorries wait in yard 2"}, title="Bãi số 2")
        running.scheduled(message, ["chi-ma/board-1"])
        device = "devices/chi-ma/board-1"
        eventually(lambda: _shows(running.call("truc", "GET", device), message), what="the message on a healthy board")
        yield running


def _shows(device, message):
    return device["health"] == "healthy" and device["on_air"]["message"] == message


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as engine:
        running = engine.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        yield running
        running.close()


@pytest.fixture
def open_page(browser, province):
    contexts, faults = [], []

    def opened(path="/", language="vi", who="truc", **facts):
        context = browser.new_context(viewport={"width": 1280, "height": 800}, **facts)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "request", lambda request: faults.append(request.url) if f":{province.port}/" not in request.url else None
        )
        home = f"http://127.0.0.1:{province.port}"
        page.goto(f"{home}/language?to={language}")
        page.fill("#username", who)
        page.fill("#password", "demo")
        page.press("#password", "Enter")
        page.wait_for_selector(".tile")
        page.wait_for_load_state()  # its script and pictures too
        if path != "/":
            page.goto(home + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []  # no script error, and nothing asked of any other host


def test_the_wall_shows_the_lamps_and_says_why(open_page):
    page = open_page()
    tile = page.locator(TILE)
    assert tile.get_attribute("data-health") == "healthy"
    assert tile.locator("[data-f=title]").inner_text() == "Bãi số 2"
    page.wait_for_function("img => img.complete && img.naturalWidth === 192", arg=tile.locator("img").element_handle())
    assert tile.locator("[data-f=health_word]").inner_text() == "Phát đúng"


def test_an_alert_and_its_end_reach_the_open_page_without_a_reload(open_page, province):
    page = open_page()
    page.evaluate("window.stillTheSamePage = true")
    alert = province.call("truc", "POST", "alerts", texts={"vi": "KHẨN CẤP: rời ngay"}, targets=["all"], minutes=5)[
        "id"
    ]
    title = page.locator(f"{TILE} [data-f=title]")
    page.wait_for_function(
        "node => node.textContent.startsWith('Khẩn cấp')", arg=title.element_handle(), timeout=20_000
    )
    province.call("truc", "POST", f"alerts/{alert}/end")
    page.wait_for_function("node => node.textContent === 'Bãi số 2'", arg=title.element_handle(), timeout=20_000)
    assert page.evaluate("window.stillTheSamePage")


def test_a_device_page_stays_while_other_devices_change(open_page, province):
    page = open_page("/devices/chi-ma/board-1")
    page.evaluate("window.stillTheSamePage = true")
    page.wait_for_timeout(3000)
    assert page.evaluate("window.stillTheSamePage")
    assert page.locator("h1").inner_text() == "Cửa khẩu Chi Ma: Bảng điện tử"


PAGES = {  # and who has most to do there
    "/": "truc", "/devices/chi-ma/board-1": "truc", "/messages": "tacgia", "/messages/new": "tacgia",
    "/playlists": "truc", "/schedules": "truc", "/calendars": "truc", "/calendars/hours": "truc", "/calendars/quiet": "truc",
    "/calendars/lists/vn-holidays/2027": "truc", "/calendars/hours/new": "truc", "/calendars/lists/new": "truc",
    "/alerts": "truc", "/voices": "tacgia", "/suspensions": "truc", "/events": "truc",
}  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("language", "scheme"), [("vi", "light"), ("zh-Hans", "dark"), ("en", "dark")])
def test_nobody_is_shut_out(open_page, path, language, scheme):
    page = open_page(path, language, who=PAGES[path], color_scheme=scheme)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("path", PAGES)
def test_a_phone_shows_everything_without_sideways_scrolling(open_page, path):
    page = open_page(path, who=PAGES[path])
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_operator_with_a_phone_sends_an_alert_and_ends_it(open_page, province):
    page = open_page("/alerts?prepared=leave")
    page.set_viewport_size({"width": 390, "height": 844})
    page.check("input[value='chi-ma/*']")
    page.click("button.danger")
    assert Axe().run(page).violations_count == 0
    page.click("button.danger")
    assert page.url.endswith("/alerts/check"), "without the tick nothing goes out"
    page.check("input[name=sure]")
    page.click("button.danger")
    page.wait_for_selector(".notice.good", timeout=20_000)
    assert Axe().run(page).violations_count == 0
    board = province.call("truc", "GET", "devices/chi-ma/board-1")
    assert page.url.rpartition("/")[2] == board["on_air"]["message"]
    page.click("button.danger")
    page.wait_for_selector("h1:has-text('đã kết thúc')")


def test_the_whole_wall_can_be_walked_with_the_keyboard(open_page):
    page = open_page()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = set()
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.getAttribute('href') || document.activeElement.tagName"))
    assert {"/", "/messages", "/devices/chi-ma/board-1", "/devices/tan-thanh/pa-1", "BUTTON"} <= reached


def test_a_page_whose_server_is_gone_says_that_it_is_old_and_recovers(open_page, province):
    page = open_page()
    province.controller.kill()
    page.wait_for_selector("#stale:not([hidden])", timeout=30_000)
    assert "stale" in page.locator("[data-live]").get_attribute("class")
    province.controller.start()
    province.wait_for_page()
    page.wait_for_selector("#stale[hidden]", state="attached", timeout=30_000)
    assert page.locator(TILE).count() == 1


def read_by_a_machine(province):
    """A submitted message whose Vietnamese a machine speaks."""
    facts = {"title": "Đọc bằng máy", "category": "service", "texts": {"vi": "Xin chờ."}}
    message = province.call("tacgia", "POST", "messages", **facts)["id"]
    province.call("tacgia", "POST", f"messages/{message}/speech", language="vi")
    return message


def test_the_sound_of_a_message_is_brought_read_and_removed_by_its_author(open_page, province):
    message = read_by_a_machine(province)
    page = open_page(f"/messages/{message}/sound", who="tacgia")
    assert page.locator("[data-machine]").count() == 1
    assert Axe().run(page).violations_count == 0
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_input_files("#file-vi", {"name": "a.wav", "mimeType": "audio/wav", "buffer": a_tone()})
    page.click("form[data-upload] button")
    page.wait_for_selector("[data-recording]:not([data-machine])", timeout=20_000)
    page.click("button.danger")
    page.wait_for_function("document.querySelectorAll('[data-recording]').length === 0")
    assert province.call("tacgia", "GET", f"messages/{message}")["audio"] == {}


def test_an_approver_hears_a_machine_out_before_approving(open_page, province):
    message = read_by_a_machine(province)
    province.call("tacgia", "POST", f"messages/{message}/submit")
    page = open_page(f"/messages/{message}", who="duyet-bdbp")
    assert page.locator("[data-needs-hearing]").is_visible()
    page.click("form[action$='/approve'] button")
    assert page.locator("[role=alert]").is_visible(), "nobody approves a machine unheard"
    page.goto(page.url.removesuffix("/approve"))
    page.evaluate("document.querySelector('audio').currentTime = 0")
    page.evaluate("document.querySelector('audio').play()")
    page.wait_for_selector("[data-heard]:not([hidden])", timeout=30_000)
    assert not page.locator("[data-needs-hearing]").is_visible()
    page.click("form[action$='/approve'] button")
    page.wait_for_selector("text=duyet-bdbp")
    assert province.call("duyet-so", "GET", f"messages/{message}")["state"] == "approved_one_side"


def a_tone() -> bytes:
    """Two seconds as a WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(struct.pack("<96000h", *(int(9_000 * math.sin(n / 17)) for n in range(96_000))))
    return out.getvalue()
