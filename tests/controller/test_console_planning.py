"""Playlists, schedules and alerts through the pages alone, as an operator with a phone makes them."""

import re

import pytest

from controller.console.prepared import PREPARED
from tests.support.console import a_controller, sign_in
from tests.support.desk import wav

OURS = {"sec-fetch-site": "same-origin"}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with a_controller(tmp_path_factory.mktemp("console")) as running:
        yield running


@pytest.fixture(scope="module")
def message(client):
    sign_in(client, "tacgia")
    draft = {"title": "Bãi số 2", "category": "service", "text-vi": "Xe tải chờ ở bãi số 2"}
    place = client.post("/messages/new", data=draft, headers=OURS).headers["location"]
    digest = re.search(r"<code>([0-9a-f]{64})</code>", client.post(f"{place}/submit", headers=OURS).text)[1]
    for approver in ("duyet-bdbp", "duyet-so"):
        sign_in(client, approver)
        client.post(f"{place}/approve", data={"digest": digest}, headers=OURS)
    return place.removeprefix("/messages/")


@pytest.fixture
def operator(client, message):
    sign_in(client, "truc")
    client.get("/language?to=en")
    return client


def send(client, path, **fields):
    return client.post(path, data=fields, headers=OURS)


def a_schedule(playlist, **changes):
    fields = {
        "playlist": playlist, "targets": ["chi-ma/board-1", "huu-nghi/lane-1"], "weekdays": ["1", "7"],
        "from-0": "22:00", "to-0": "05:00", "from-1": "", "to-1": "", "priority": "priority", "starts": "", "ends": "",
        "every": "",
    }  # fmt: skip
    return fields | changes


def playlist_named(client, name, **fields):
    answer = send(client, "/playlists", name=name, **fields)
    assert answer.status_code == 303, answer.text
    return next(each["id"] for each in client.get("/api/v1/playlists").json() if each["name"] == name)


@pytest.mark.parametrize("path", ["/playlists", "/schedules", "/alerts"])
def test_a_stranger_is_led_to_the_form_and_a_reader_sees_no_button(client, path):
    client.cookies.clear()
    assert client.get(path).headers["location"] == f"/login?back={path}"
    sign_in(client, "kiemtra")
    text = client.get(path).text
    assert "<table" in text
    assert "<textarea" not in text
    assert "<select" not in text


def test_a_playlist_is_made_by_form_and_keeps_its_order_and_seconds(operator, message):
    fields = {"message-0": message, "seconds-0": "7.5", "message-3": message}
    playlist_named(operator, "Ban đêm", **fields)
    made = next(each for each in operator.get("/api/v1/playlists").json() if each["name"] == "Ban đêm")
    assert [(one["message"], one["seconds"]) for one in made["items"]] == [(message, 7.5), (message, None)]
    assert "7.5 s" in operator.get("/playlists").text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "a\u202eb", "message-0": "msg-x"}, "hidden mark"),
        ({"name": "Trống"}, "a playlist needs messages"),
        ({"name": "Lâu", "message-0": "msg-x", "seconds-0": "soon"}, "Seconds: &#34;soon&#34; is no number"),
        ({"name": "Lạ", "message-0": "msg-x"}, "there is no message"),
    ],
    ids=["turned text", "no message", "no number", "unknown message"],
)
def test_a_refused_playlist_comes_back_with_its_reason_and_its_words(operator, fields, words):
    before = operator.get("/api/v1/playlists").json()
    answer = send(operator, "/playlists", **fields)
    assert answer.status_code == 422
    assert words in re.search(r'role="alert">([^<]*)<', answer.text)[1]
    assert f'value="{fields["name"]}"' in answer.text
    assert operator.get("/api/v1/playlists").json() == before


def test_a_schedule_is_made_by_form_shown_in_words_and_deleted(operator, message):
    playlist = playlist_named(operator, "Cuối tuần", **{"message-0": message})
    fields = a_schedule(playlist, **{"from-1": "06:00", "to-1": "24:00", "ends": "2999-12-31"})
    assert send(operator, "/schedules", **fields).status_code == 303
    (rule,) = [each for each in operator.get("/api/v1/schedules").json() if each["playlist"] == playlist]
    assert (rule["weekdays"], rule["windows"]) == ([1, 7], [["22:00", "05:00"], ["06:00", "24:00"]])
    assert (rule["priority"], rule["ends"], rule["every"]) == ("priority", "2999-12-31T17:00:00Z", None)
    page = operator.get("/schedules").text
    assert "22:00-05:00, 06:00-24:00" in page
    assert "Mon, Sun" in page
    assert "Chi Ma gate: Main board" in page
    assert send(operator, f"/schedules/{rule['id']}/delete").status_code == 303
    assert rule["id"] not in operator.get("/schedules").text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"targets": []}, "Targets: give at least one"),
        ({"weekdays": []}, "Weekdays: give at least one"),
        ({"from-0": "7"}, "a time of day is written"),
        ({"from-0": "", "to-0": ""}, "Windows: give at least one"),
        ({"ends": "2020-01-01"}, "it ended already"),
        ({"starts": "soon"}, "write a day as"),
        ({"every": "often"}, "often"),
        ({"targets": ["chi-ma/board-9"]}, "there is no device"),
    ],
)
def test_a_refused_schedule_comes_back_with_its_reason(operator, message, change, words):
    playlist = playlist_named(operator, f"L {sorted(change.items())}"[:60], **{"message-0": message})
    before = operator.get("/api/v1/schedules").json()
    answer = send(operator, "/schedules", **a_schedule(playlist, **change))
    assert answer.status_code == 422
    assert words in re.search(r'role="alert">([^<]*)<', answer.text)[1]
    assert operator.get("/api/v1/schedules").json() == before


ALERT = {"targets": ["chi-ma/*"], "minutes": "2", "message": "", "priority": "emergency", "text-vi": "Rời khu vực ngay"}


def alerts_of(client):
    return client.get("/api/v1/alerts").json()


def test_an_alert_is_looked_at_once_more_and_goes_only_with_the_tick(operator):
    before = alerts_of(operator)
    checked = send(operator, "/alerts/check", **ALERT)
    assert checked.status_code == 200
    assert "Rời khu vực ngay" in checked.text
    assert "Chi Ma gate: all" in checked.text
    assert "Look once more" in send(operator, "/alerts", **ALERT).text
    assert alerts_of(operator) == before
    sent = send(operator, "/alerts", sure="yes", **ALERT)
    assert sent.status_code == 303
    (alert, *_) = alerts_of(operator)
    assert sent.headers["location"] == f"/alerts/{alert['id']}"
    assert (alert["targets"], alert["texts"]) == (["chi-ma/*"], {"vi": "Rời khu vực ngay"})


def test_an_alerts_page_names_who_has_not_confirmed_and_ends_it(operator):
    place = send(operator, "/alerts", sure="yes", **ALERT).headers["location"]
    page = operator.get(place).text
    assert re.search(
        r"Not confirmed yet</h2><ul><li>Chi Ma gate: Main board</li><li>Chi Ma gate: [^<]+</li></ul>", page
    )
    assert "/static/again.js" in page
    assert send(operator, f"{place}/end").status_code == 303
    ended = operator.get(place).text
    assert "<h1>Alert: ended</h1>" in ended
    assert "again.js" not in ended
    assert f"{place}/end" not in ended
    assert send(operator, f"{place}/end").status_code == 409


@pytest.mark.parametrize("name", PREPARED)
def test_prepared_words_can_be_shown_on_every_board(operator, name):
    form = operator.get(f"/alerts?prepared={name}").text
    assert all(text in form for text in PREPARED[name].values())
    fields = {f"text-{language}": text for language, text in PREPARED[name].items()}
    place = send(operator, "/alerts", sure="yes", **(ALERT | fields | {"targets": ["all"]})).headers["location"]
    shown = operator.get(f"/api/v1{place}").json()
    assert shown["findings"] == []
    every = {each["id"] for each in operator.get("/api/v1/devices").json()}
    assert {each["device"] for each in shown["devices"]} == every
    assert len(every) == 6
    send(operator, f"{place}/end")


def test_an_alert_may_show_an_approved_message_or_nothing_at_all(operator, message):
    send(operator, "/alerts", sure="yes", **(ALERT | {"message": message}))
    assert alerts_of(operator)[0]["texts"] == {}
    send(operator, "/alerts", sure="yes", **(ALERT | {"priority": "blank"}))
    assert alerts_of(operator)[0]["priority"] == "blank"


@pytest.mark.parametrize(
    "change",
    [
        {"targets": []},
        {"minutes": "long"},
        {"minutes": "0"},
        {"text-vi": ""},
        {"text-vi": "مرحبا"},
        {"targets": ["x/y"]},
    ],
    ids=["nowhere", "no number", "no time", "no words", "right to left", "unknown device"],
)
def test_a_refused_alert_comes_back_with_its_reason_and_nothing_goes_out(operator, change):
    before = alerts_of(operator)
    answer = send(operator, "/alerts", sure="yes", **(ALERT | change))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert alerts_of(operator) == before


@pytest.mark.parametrize("path", ["/playlists", "/schedules", "/schedules/rule-1/delete", "/alerts", "/alerts/check"])
def test_who_has_no_right_is_refused(client, path):
    sign_in(client, "kiemtra")
    fields = ALERT | {"name": "x", "sure": "yes", "message-0": "msg-1"} | a_schedule("list-1")
    fields |= {"targets": ["all"], "priority": "emergency"}
    answer = send(client, path, **fields)
    assert answer.status_code == 403


@pytest.mark.parametrize("language", ["vi", "zh-Hans", "en"])
def test_no_code_is_left_without_words(operator, message, language):
    operator.get(f"/language?to={language}")
    pages = "".join(operator.get(path).text for path in ("/playlists", "/schedules", "/alerts"))
    place = f"/alerts/{alerts_of(operator)[0]['id']}" if alerts_of(operator) else "/alerts"
    words = re.sub(r"<[^>]*>", "", pages + operator.get(place).text)
    codes = r"\b(?:weekday \d|prepared [a-z]+|state [a-z]+|alert (?:active|ended)|priority (?:normal|priority|blank|event))\b"
    assert not re.findall(codes, words)


def test_how_a_list_sounds_is_said_in_the_form(operator, message):
    fields = {
        "message-0": message,
        "chime": "chime-4",
        "repeats": "2",
        "end_tone": "1",
        "late": "skip",
        "max_late": "30",
    }
    playlist_named(operator, "Loa", **fields)
    made = next(each for each in operator.get("/api/v1/playlists").json() if each["name"] == "Loa")
    assert made["sound"] == {"chime": "chime-4", "repeats": 2, "end_tone": True}
    entry = made["items"][0]
    assert (entry["interrupted"], entry["late"], entry["max_late"]) == ("resume", "skip", 30.0)


def test_a_number_that_is_none_comes_back_with_the_form(operator, message):
    answer = send(operator, "/playlists", **{"name": "Sai", "message-0": message, "repeats": "hai"})
    assert answer.status_code == 422
    assert 'value="hai"' in answer.text


def upload(client, path, place, data, **fields):
    return client.post(
        path, data=fields, files={place: ("a.wav", data, "audio/wav")}, headers={"sec-fetch-site": "same-origin"}
    )


def test_a_phrase_is_recorded_word_by_word_and_used_in_a_message(client):
    sign_in(client, "tacgia")
    for word in ("bảy", "giờ"):
        answer = upload(client, "/voices/words", "file", wav(0.5), language="vi", word=word)
        assert answer.status_code == 303, answer.text
    listed = client.get("/voices").text
    assert all(f'<span lang="vi">{word}</span>' in listed for word in ("bảy", "giờ"))
    fields = {"language": "vi", "name": "Mở cửa lúc", "slot-1": "open", "kind-1": "time"}
    assert upload(client, "/voices/phrases", "file-0", wav(1.0), **fields).status_code == 303
    phrase = client.get("/api/v1/phrases").json()[0]
    answer = client.post(
        "/api/v1/messages", json={"title": "Giờ", "category": "service", "texts": {"vi": "Mở cửa 7h"}},
        headers={"sec-fetch-site": "same-origin"},
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    message = answer.json()["id"]
    fields = {"language": "vi", "version": "1", "phrase": phrase["id"], "slot-open": "7h"}
    assert send(client, f"/messages/{message}/sound/phrase", **fields).status_code == 303
    assert "vi" in client.get(f"/api/v1/messages/{message}").json()["audio"]
    fields |= {"version": "2", "slot-open": "8h30"}
    answer = send(client, f"/messages/{message}/sound/phrase", **fields)
    assert answer.status_code == 422
    assert "tám" in answer.text


def test_a_gates_list_of_words_is_kept_and_a_bad_line_is_named(client):
    sign_in(client, "tacgia")
    answer = send(
        client, "/voices/lexicon", gate="chi-ma", language="vi", words="BOT = bê ô tê\nQL1A = quốc lộ một A\n"
    )
    assert answer.status_code == 303
    assert "BOT = bê ô tê" in client.get("/voices?gate=chi-ma").text
    answer = send(client, "/voices/lexicon", gate="chi-ma", language="vi", words="khong co dau bang")
    assert answer.status_code == 422
    assert "khong co dau bang" in answer.text


def places_of(answer):
    return len(re.findall("<fieldset[^>]* data-place>", answer.text))


def test_the_playlist_form_begins_with_one_place_and_grows_without_losing_what_was_typed(operator, message):
    assert places_of(operator.get("/playlists")) == 1
    typed = {"name": "Sáng sớm", "message-0": message, "seconds-0": "9", "repeats": "3"}
    before = operator.get("/api/v1/playlists").json()
    grown = send(operator, "/playlists", add="1", **typed)
    assert (grown.status_code, places_of(grown)) == (200, 2)
    assert 'role="alert"' not in grown.text
    assert 'id="message-1" name="message-1" autofocus' in grown.text
    for kept in (
        'value="Sáng sớm"',
        f'value="{message}" selected',
        'id="seconds-0" name="seconds-0"',
        'value="9"',
        'value="3"',
    ):
        assert kept in grown.text
    again = send(operator, "/playlists", add="1", **typed, **{"message-1": ""})
    assert places_of(again) == 3
    assert operator.get("/api/v1/playlists").json() == before


def test_a_playlist_that_stands_shows_as_many_places_as_it_has_and_grows_too(operator, message):
    name = playlist_named(operator, "Ban trưa", **{"message-0": message, "message-1": message})
    edit = f"/playlists/{name}/edit"
    assert places_of(operator.get(edit)) == 2
    grown = send(operator, edit, add="1", name="Ban trưa", version="1", **{"message-0": message, "message-1": message})
    assert places_of(grown) == 3
    assert f'action="{edit}"' in grown.text
    saved = send(operator, edit, name="Ban trưa", version="1", **{"message-0": message, "message-2": message})
    assert saved.status_code == 303
    made = next(each for each in operator.get("/api/v1/playlists").json() if each["id"] == name)
    assert [one["message"] for one in made["items"]] == [message, message]


def test_places_do_not_grow_without_end(operator, message):
    full = send(operator, "/playlists", add="1", name="Dài", **{"message-199": message})
    assert places_of(full) == 200
    assert 'name="add"' not in full.text
    assert places_of(send(operator, "/playlists", add="1", name="Dài", **{"message-99999999": message})) == 200


def test_enter_in_the_playlist_form_saves_and_adds_no_place(operator):
    form = re.search(
        r'<form method="post" class="card stack" action="/playlists">.*?</form>',
        operator.get("/playlists").text,
        re.DOTALL,
    )
    buttons = re.findall(r"<button([^>]*)>", form[0])
    assert "name=" not in buttons[0]
    assert 'name="add"' in buttons[1]
