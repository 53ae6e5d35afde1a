"""The duty operator's pages of what is planned: the week, a trial before saving, changes, suspensions, events."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from controller.console import schedule_form
from controller.console.i18n import GATE_ZONE
from controller.console.week import bounds, week
from controller.domain.plans import WantedRule
from controller.services.foresee import SegmentView
from tests.support.console import a_controller, sign_in

OURS = {"sec-fetch-site": "same-origin"}
MONDAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with a_controller(tmp_path_factory.mktemp("planning")) as running:
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
    yield client
    for rule in client.get("/api/v1/schedules").json():
        client.post(f"/schedules/{rule['id']}/delete", headers=OURS)


def send(client, path, **fields):
    return client.post(path, data=fields, headers=OURS)


def a_list(client, message, name="Ban ngày", **fields):
    assert send(client, "/playlists", **{"name": name, "message-0": message, **fields}).status_code == 303
    return next(each["id"] for each in client.get("/api/v1/playlists").json() if each["name"] == name)


def fields(playlist, **changes):
    usual = {
        "playlist": playlist, "targets": ["chi-ma/board-1"], "weekdays": list("1234567"), "from-0": "07:00",
        "to-0": "17:00", "priority": "normal",
    }  # fmt: skip
    return usual | changes


def alert_of(answer):
    return re.search(r'role="alert">([^<]*)<', answer.text)[1]


def test_a_schedule_is_tried_saved_and_seen_in_the_week(operator, message):
    name = a_list(operator, message, "Ngày A")
    tried = send(operator, "/schedules", **fields(name, look="1"))
    assert tried.status_code == 200
    assert "Nothing is saved yet" in tried.text
    assert "Ngày A</td>" in tried.text
    assert operator.get("/api/v1/schedules").json() == []
    saved = send(operator, "/schedules", **fields(name))
    assert saved.headers["location"] == "/schedules?device=chi-ma/board-1"
    seen = operator.get(saved.headers["location"]).text
    assert seen.count("07:00-17:00</time> Ngày A") >= 6
    assert 'class="air normal"' in seen


def test_what_a_stronger_one_hides_is_said_before_saving(operator, message):
    send(operator, "/schedules", **fields(a_list(operator, message, "Ngày B")))
    strong = fields(a_list(operator, message, "Sương mù"), priority="priority", weekdays=["2"], look="1")
    strong |= {"from-0": "09:00", "to-0": "11:00"}
    assert "Publishing this hides Ngày B on Tuesday" in send(operator, "/schedules", **strong).text
    operator.get("/language?to=vi")
    assert "sẽ che Ngày B thứ Ba" in send(operator, "/schedules", **strong).text


def test_a_schedule_with_all_terms_comes_back_in_its_form_as_it_was(operator, message):
    name = a_list(operator, message, "Ngày C")
    more = {
        "minutes": "5, 35", "exceptions": "30/04/2027\n18/02/2027 09:00-14:00", "rrule": "FREQ=MONTHLY;BYDAY=1MO",
        "rrule_start": "2026-11-01", "rdates": "24/12/2026", "exdates": "07/12/2026", "starts": "2026-11-01",
        "ends": "2029-12-31", "in_quiet": "drop", "longest_minutes": "2.5",
    }  # fmt: skip
    assert send(operator, "/schedules", **fields(name, **more)).status_code == 303
    (rule,) = operator.get("/api/v1/schedules").json()
    assert (rule["minutes"], rule["recurrence"]["rule"], rule["longest"]) == ([5, 35], "FREQ=MONTHLY;BYDAY=1MO", 150)
    form = operator.get(f"/schedules/{rule['id']}/edit").text
    for value in ('value="5, 35"', "18/02/2027 09:00-14:00", 'value="24/12/2026"', 'value="2029-12-31"', 'value="2.5"'):
        assert value in form
    kept = schedule_form.given_from(WantedRule.model_validate(rule | {"windows": [tuple(w) for w in rule["windows"]]}))
    again = {key: value for key, value in kept.items() if key not in ("windows", "version")}
    again |= {"from-0": "08:00", "to-0": "10:00", "version": "1"}
    assert send(operator, f"/schedules/{rule['id']}/edit", **again).status_code == 303
    (changed,) = operator.get("/api/v1/schedules").json()
    assert changed == rule | {"windows": [["08:00", "10:00"]], "version": 2}


def test_two_who_change_one_schedule_are_told(operator, message):
    name = a_list(operator, message, "Ngày D")
    send(operator, "/schedules", **fields(name))
    (rule,) = operator.get("/api/v1/schedules").json()
    place = f"/schedules/{rule['id']}/edit"
    assert send(operator, place, **fields(name, version="1")).status_code == 303
    late = send(operator, place, **fields(name, version="1"))
    assert late.status_code == 422
    assert "version 2 now" in alert_of(late)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"exceptions": "31/02/2027"}, "is no day"),
        ({"exceptions": "30/04/2027 9"}, "is not understood"),
        ({"minutes": "x"}, "Minutes: &#34;x&#34; is no number"),
        ({"rrule": "FREQ=HOURLY"}, "is not followed"),
        ({"share_minutes": "6", "every": "5"}, "finds its own instants"),
    ],
)
def test_terms_that_cannot_be_come_back_with_their_reason_and_their_words(operator, message, change, words):
    answer = send(operator, "/schedules", **fields(a_list(operator, message, "Ngày E"), **change))
    assert answer.status_code == 422
    assert words in alert_of(answer)
    assert next(iter(change.values())) in answer.text


def test_a_playlist_is_changed_and_taken_away_by_form(operator, message):
    inner = a_list(operator, message, "Trong")
    name = a_list(
        operator, message, "Ngoài", includes=[inner], shuffle="1", **{"until-0": "2027-01-01T12:00", "music-0": "1"}
    )
    form = operator.get(f"/playlists/{name}/edit").text
    assert 'value="2027-01-01T12:00"' in form
    assert form.count("checked") == 3
    change = {"name": "Ngoài 2", "message-0": message, "version": "1", "seconds-0": "9"}
    assert send(operator, f"/playlists/{name}/edit", **change).status_code == 303
    found = operator.get(f"/api/v1/playlists/{name}").json()
    assert (found["name"], found["includes"], found["items"][0]["seconds"], found["version"]) == ("Ngoài 2", [], 9, 2)
    send(operator, "/schedules", **fields(name))
    refused = send(operator, f"/playlists/{name}/delete")
    assert refused.status_code == 422
    assert "used by schedule" in alert_of(refused)
    assert send(operator, f"/playlists/{inner}/delete").status_code == 303


def local(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M}"


def test_a_gate_is_closed_by_form_noted_and_lifted(operator, message):
    notice = a_list(operator, message, "Tạm dừng")
    until = datetime.now(GATE_ZONE) + timedelta(hours=3)
    order = {
        "gate": "chi-ma", "order": "12/LĐ", "issuer": "Chỉ huy trưởng", "office": "provincial_commander",
        "until": local(until), "playlist": notice, "targets": ["chi-ma/board-1"],
    }  # fmt: skip
    long = send(operator, "/suspensions", **order | {"until": local(until + timedelta(hours=5))})
    assert long.status_code == 422
    assert "for 6 h in all" in alert_of(long)
    assert send(operator, "/suspensions", **order).status_code == 303
    (found,) = operator.get("/api/v1/suspensions").json()
    send(operator, f"/suspensions/{found['id']}/notified", whom="phía Ái Điểm")
    text = operator.get("/suspensions").text
    assert "in force" in text
    assert "phía Ái Điểm" in text
    assert send(operator, f"/suspensions/{found['id']}/lift").status_code == 303
    assert "lifted" in operator.get("/suspensions").text


def test_an_event_is_made_changed_and_ended_by_form(operator, message):
    protocol = a_list(operator, message, "Lễ tân")
    starts = datetime.now(GATE_ZONE) + timedelta(days=1)
    visit = {
        "name": "Đón đoàn", "who": "Chánh Văn phòng", "starts": local(starts), "until": local(starts + timedelta(hours=2)),
        "targets": ["chi-ma/*"], "playlist": protocol,
    }  # fmt: skip
    assert send(operator, "/events", **visit).status_code == 303
    (made,) = operator.get("/api/v1/events").json()
    form = operator.get(f"/events/{made['id']}/edit").text
    assert f'value="{local(starts)}"' in form
    change = visit | {"until": local(starts + timedelta(hours=3)), "version": "1"}
    assert send(operator, f"/events/{made['id']}/edit", **change).status_code == 303
    late = send(operator, f"/events/{made['id']}/edit", **change)
    assert "version 2 now" in alert_of(late)
    assert send(operator, f"/events/{made['id']}/end").status_code == 303
    assert operator.get("/api/v1/events").json() == []


@pytest.mark.parametrize("path", ["/schedules", "/playlists", "/suspensions", "/events"])
@pytest.mark.parametrize("language", ["vi", "zh-Hans", "en"])
def test_the_pages_have_no_code_for_words(operator, message, path, language):
    operator.get(f"/language?to={language}")
    text = re.sub(r"<[^>]*>", " ", operator.get(path).text)
    codes = ("post_commander", "province_chair", "non_partial", "stacked", "chime-2", "state approved", "order coming")
    assert [code for code in codes if code in text] == []


@pytest.mark.parametrize("path", ["/schedules/x/edit", "/playlists/x/edit", "/events/x/edit"])
def test_what_is_not_there_is_a_page_that_says_so(operator, path):
    assert operator.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/schedules", "/suspensions", "/events"])
def test_who_may_not_schedule_sees_no_form_and_sends_none(client, path):
    sign_in(client, "kiemtra")
    assert "<select" not in client.get(path).text
    assert client.post(path, data={}, headers=OURS).status_code == 403


# --- the week


def segment(start: str, end: str, **facts: Any) -> SegmentView:
    usual: dict[str, Any] = {
        "area": None, "cause": "rule", "source": "r", "priority": "normal", "playlist": "p", "messages": ("m",),
        "why": "", "beaten": (),
    }  # fmt: skip
    day = "2026-11-{}:00+07:00"
    return SegmentView(start=day.format(start), end=day.format(end), **usual | facts)


def test_what_passes_midnight_is_on_both_days():
    days = week(MONDAY, [segment("23T22:00", "24T05:00")], {"m": "Đêm"}, {})
    assert [[line.when for line in day.lines] for day in days[:3]] == [["22:00-24:00"], ["00:00-05:00"], []]
    assert [(bar.left, bar.width) for bar in days[0].rows[0][1]] == [(1320, 120)]
    assert days[0].lines[0].words == "Đêm"


def test_a_day_of_many_calls_is_told_by_schedule():
    calls = [segment(f"23T{hour:02}:00", f"23T{hour:02}:01") for hour in range(6, 22)]
    (line,) = week(MONDAY, calls, {}, {"r": "Nhắc"})[0].lines
    assert (line.when, line.times, line.words) == ("06:00-21:00", 16, "Nhắc")


def test_every_area_has_its_row_and_a_week_has_seven_days():
    both = [segment("23T07:00", "23T08:00", area="top"), segment("23T07:00", "23T08:00", area="ticker")]
    days = week(MONDAY, both, {"m": "Tin"}, {})
    assert [area for area, _ in days[0].rows] == ["top", "ticker"]
    assert [line.words for line in days[0].lines] == ["top: Tin", "ticker: Tin"]
    assert len(days) == 7
    assert bounds(MONDAY)[1] - bounds(MONDAY)[0] == timedelta(days=7)
