"""How a message looks, chosen in a plain form; what is to be said of it, before it is submitted, in the reader's words."""

import re

import pytest

from tests.support.console import a_controller, sign_in

OURS = {"sec-fetch-site": "same-origin"}
FORM = {"title": "Bãi số 2", "category": "service", "text-vi": "Xe tải chờ ở bãi số 2"}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with a_controller(tmp_path_factory.mktemp("looks")) as running:
        yield running


@pytest.fixture
def author(client):
    sign_in(client, "tacgia")
    client.get("/language?to=vi")
    return client


def made(client, **more):
    answer = client.post("/messages/new", data=FORM | more, headers=OURS)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_the_form_offers_every_choice_and_the_usual_one_first(author):
    text = author.get("/messages/new").text
    for name in ("rows", "weight", "colour", "align", "vertical", "motion", "effect", "languages"):
        field = re.search(rf'<select id="look-{name}" .*?</select>', text, re.S)[0]
        assert field.count("<option") >= 2
        assert re.search(r"<option [^>]*>", field)[0].endswith(" selected>") or name in ("align", "vertical")
    assert "look rows" not in text
    assert "look-" not in re.sub(r'(id|name|for)="look-[a-z]+"', "", text)


def test_what_was_chosen_is_kept_shown_and_offered_again(author):
    place = made(author, **{"look-rows": "24", "look-colour": "green", "look-effect": "up", "look-speed": ""})
    page = author.get(place).text
    assert "<dt>Màu</dt><dd>Xanh lá</dd>" in page
    assert "<dt>Chiều cao chữ</dt><dd>24</dd>" in page
    again = author.get(f"{place}/edit").text
    assert '<option value="24" selected>' in again
    assert '<option value="green" selected>' in again


def test_a_speed_that_is_none_is_refused_and_nothing_is_lost(author):
    answer = author.post("/messages/new", data=FORM | {"look-speed": "fast", "look-colour": "red"}, headers=OURS)
    assert answer.status_code == 422
    assert 'value="fast"' in answer.text
    assert '<option value="red" selected>' in answer.text
    assert "Xe tải chờ ở bãi số 2" in answer.text


def test_a_draft_shows_what_submitting_would_draw(author):
    page = author.get(made(author)).text
    pictures = re.findall(r'src="(/api/v1/messages/[^"]+/trial/[^"]+)"', page)
    assert pictures
    assert all(author.get(each).content.startswith(b"\x89PNG") for each in pictures)


def test_a_draft_says_in_the_readers_language_what_blocks_it_before_all_else(author):
    place = made(author, **{"text-en": "Gate 🚚", "look-colour": "blue"})
    for language, words in (("vi", "Không gửi duyệt được:"), ("zh-Hans", "不能提交："), ("en", "Cannot be submitted:")):
        author.get(f"/language?to={language}")
        said = re.findall(r"<li class=\"(block|warn|info)\"><strong>([^<]+)</strong>", author.get(place).text)
        assert said[0] == ("block", words)


def test_the_same_words_about_several_boards_are_said_once_with_all_of_them(author):
    page = author.get(made(author, **{"look-colour": "red"})).text
    said = re.findall(r'<li class="\w+">.*?</li>', page)
    texts = [re.sub(r"<span.*", "", each) for each in said]
    assert len(texts) == len(set(texts))
    assert any("Bảng làn 1, Bảng làn 2" in each for each in said)


def test_a_moving_draft_moves_before_it_is_submitted(author):
    page = author.get(made(author, **{"look-motion": "scroll", "look-speed": "40"})).text
    moving = re.search(r'data-moving="([^"]+)"', page)[1]
    assert b"acTL" in author.get(moving).content


def test_pages_of_a_draft_that_are_not_there_are_not_found(author):
    place = made(author)
    for path in ("vi/192x64:rg/99", "vi/192x64:rg/x", "en/192x64:rg/1", "vi/8x8/1"):
        assert author.get(f"/api/v1{place}/trial/{path}.png").status_code == 404


REFUSED = [
    ("/messages/new", {"text-vi": "a\u202eb"}, "có ký tự ẩn đổi chiều chữ", "改变文字方向的隐藏字符"),
    ("/messages/new", {"text-vi": ""}, "hãy nhập nội dung bằng ít nhất một ngôn ngữ", "请至少用一种语言填写内容"),
    ("/messages/new", {"look-speed": "fast"}, "Tốc độ: phải là số nguyên.", "速度：应为整数"),
]


@pytest.mark.parametrize(("path", "wrong", "vietnamese", "chinese"), REFUSED)
def test_a_refused_form_says_why_in_the_readers_language(author, path, wrong, vietnamese, chinese):
    for language, words in (("vi", vietnamese), ("zh-Hans", chinese)):
        author.get(f"/language?to={language}")
        answer = author.post(path, data=FORM | wrong, headers=OURS)
        assert answer.status_code == 422
        notice = re.search(r'role="alert">(.*?)</p>', answer.text, re.S)[1]
        assert words in notice
        assert not re.search(r"[a-z]{3,} [a-z]{3,} [a-z]{3,}", notice) or language == "vi"


def test_what_blocks_submission_is_said_once_in_the_readers_language(author):
    place = made(author, **{"text-vi": "Xe 🚚 chờ"})
    answer = author.post(f"{place}/submit", headers=OURS)
    assert answer.status_code == 422
    notice = re.search(r'role="alert">(.*?)</p>', answer.text, re.S)[1]
    assert notice == "Bản tin chưa thể hiển thị như vậy; xem các điều cần sửa."
    assert answer.text.count("biểu tượng cảm xúc") == 1
