"""The pages as a reader meets them: signed out, signed in, in three languages, with and without rights."""

import re
from pathlib import Path

import pytest

import controller.console
from controller.console.i18n import LANGUAGES, choose, words
from tests.support.console import a_controller, sign_in

OURS = {"sec-fetch-site": "same-origin"}
CONSOLE = Path(controller.console.__file__).parent


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with a_controller(tmp_path_factory.mktemp("console")) as running:
        yield running


@pytest.fixture
def author(client):
    sign_in(client, "tacgia")
    return client


def a_message(client, **texts):
    form = {"title": "Bãi số 2", "category": "service"} | {f"text-{tag}": text for tag, text in texts.items()}
    answer = client.post("/messages/new", data=form, headers=OURS)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


@pytest.mark.parametrize("path", ["/", "/messages", "/messages/new", "/devices/chi-ma/board-1", "/live"])
def test_a_stranger_is_led_to_the_sign_in_form(client, path):
    client.cookies.clear()
    answer = client.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")


def test_a_wrong_password_keeps_the_name_and_says_so_in_vietnamese(client):
    client.cookies.clear()
    answer = client.post("/login", data={"username": "nguoi-la", "password": "x"}, headers=OURS)
    assert answer.status_code == 401
    assert "Sai tên đăng nhập hoặc mật khẩu." in answer.text
    assert 'value="nguoi-la"' in answer.text


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_signing_in_never_leads_to_a_foreign_page(client, back):
    client.cookies.clear()
    answer = client.post("/login", data={"username": "truc", "password": "demo", "back": back}, headers=OURS)
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize(("language", "word"), [("vi", "Tổng quan"), ("zh-Hans", "总览"), ("en", "Overview")])
def test_the_overview_shows_every_device_in_the_readers_language(author, language, word):
    author.get(f"/language?to={language}")
    text = author.get("/").text
    assert f"<h1>{word}</h1>" in text
    assert f'<html lang="{language}">' in text
    for device in ("huu-nghi/lane-1", "huu-nghi/lane-2", "chi-ma/board-1", "tan-thanh/pa-1"):
        assert f'id="tile-{device}"' in text


def test_a_device_page_shows_its_next_day(author):
    author.get("/language?to=en")
    text = author.get("/devices/chi-ma/board-1").text
    assert "The next 24 hours" in text


def test_what_is_not_there_is_a_page_that_says_so(author):
    author.get("/language?to=vi")
    answer = author.get("/devices/chi-ma/khong-co")
    assert answer.status_code == 404
    assert "Không có trang này." in answer.text


def test_a_message_goes_from_form_to_two_approvals(client):
    sign_in(client, "tacgia")
    place = a_message(client, vi="Xe tải chờ ở bãi số 2", en="Lorries wait in yard 2")
    page = client.post(f"{place}/submit", headers=OURS).text
    assert "/api/v1/previews/" in page
    digest = re.search(r"<code>([0-9a-f]{64})</code>", page)[1]
    for approver in ("duyet-bdbp", "duyet-so"):
        sign_in(client, approver)
        assert client.post(f"{place}/approve", data={"digest": digest}, headers=OURS).status_code == 303
    client.get("/language?to=vi")
    assert "<strong>Đã duyệt</strong>" in client.get(place).text


def test_a_preview_on_the_page_is_a_picture_that_loads(client):
    sign_in(client, "tacgia")
    place = a_message(client, vi="Đi chậm")
    page = client.post(f"{place}/submit", headers=OURS).text
    pictures = re.findall(r'src="(/api/v1/previews/[^"]+)"', page)
    assert pictures
    assert all(client.get(picture).content.startswith(b"\x89PNG") for picture in pictures)


def test_a_refused_form_comes_back_with_its_reason_and_its_words(author):
    author.get("/language?to=vi")
    answer = author.post(
        "/messages/new", data={"title": "T", "category": "service", "text-vi": "a\u202eb"}, headers=OURS
    )
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'value="T"' in answer.text


def test_editing_an_approved_message_warns_and_makes_a_draft(client):
    sign_in(client, "tacgia")
    place = a_message(client, vi="Chờ ở đây")
    client.post(f"{place}/submit", headers=OURS)
    client.get("/language?to=en")
    assert "approvals given so far no longer count" in client.get(f"{place}/edit").text
    form = {"title": "Bãi số 2", "category": "service", "text-vi": "Chờ ở kia"}
    assert client.post(f"{place}/edit", data=form, headers=OURS).status_code == 303
    assert "<strong>Draft</strong>" in client.get(place).text


def test_the_author_sees_no_approve_button_and_may_not_press_it(author):
    place = a_message(author, vi="Chờ ở đây")
    page = author.post(f"{place}/submit", headers=OURS).text
    assert f'action="{place}/approve"' not in page
    assert author.post(f"{place}/approve", data={"digest": "0" * 64}, headers=OURS).status_code in (403, 422)


def test_a_form_from_a_foreign_page_is_refused(author):
    answer = author.post("/logout", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert author.get("/").status_code == 200


def test_pages_forbid_inline_code_and_foreign_sources(author):
    answer = author.get("/")
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|style=", answer.text)


def test_no_page_or_script_names_a_foreign_address():
    sources = [*CONSOLE.glob("static/*"), *CONSOLE.glob("templates/**/*.html")]
    foreign = [path.name for path in sources if re.search(r"(https?:)?//(?!www\.w3\.org)[a-z]", path.read_text())]
    assert [name for name in foreign if name != "live.js"] == []


@pytest.mark.parametrize("language", ["vi", "zh-Hans"])
def test_every_word_of_the_pages_is_translated(language):
    pattern = re.compile(r"""_\(\s*(?:"([^"]+)"|'([^']+)')\s*[,)]""")
    sources = [*CONSOLE.glob("*.py"), *CONSOLE.glob("templates/**/*.html")]
    used = {a or b for path in sources for a, b in pattern.findall(path.read_text())}
    catalogue = words(language).catalogue
    assert len(used) > 50
    assert sorted(used - set(catalogue)) == []


@pytest.mark.parametrize("language", ["vi", "zh-Hans"])
def test_a_translation_fills_the_same_blanks(language):
    blanks = re.compile(r"\{(\w+)\}")
    filled = {
        key: (set(blanks.findall(key)), set(blanks.findall(text))) for key, text in words(language).catalogue.items()
    }
    loose = {key for key in filled if key.startswith("why: ")}  # a refusal may leave a fact out
    assert [
        key for key, (asked, given) in filled.items() if given - asked or (asked - given and key not in loose)
    ] == []


@pytest.mark.parametrize(
    ("cookie", "accept", "chosen"),
    [
        ("en", "vi", "en"),
        (None, "zh-CN,zh;q=0.9", "zh-Hans"),
        (None, "fr, en;q=0.5", "en"),
        ("xx", None, "vi"),
        (None, None, "vi"),
    ],
)
def test_the_language_is_the_cookies_then_the_browsers_then_vietnamese(cookie, accept, chosen):
    assert choose(cookie, accept) == chosen
    assert chosen in LANGUAGES
