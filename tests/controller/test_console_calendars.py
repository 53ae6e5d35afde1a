"""The calendar's pages as the operator meets them: the year, a draft to confirm, hours that differ, mourning, the night."""

import re
from datetime import date, timedelta

import pytest

from controller.console.hours_pages import spans
from controller.console.year_view import names_of_year, rows_of, year_of_months
from controller.domain.almanac import STANDING, draft
from schedules.hours import DayHours
from schedules.model import Window
from tests.support.console import a_controller, sign_in

OURS = {"sec-fetch-site": "same-origin"}
NOON = (Window.of("09:00", "14:00"),)


def drafted(year):
    return {name: draft(recipe, name, title, year) for name, (title, recipe) in STANDING.items()}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with a_controller(tmp_path_factory.mktemp("console")) as running:
        yield running


@pytest.fixture
def operator(client):
    sign_in(client, "truc")
    client.get("/language?to=en")
    return client


def send(client, path, **fields):
    return client.post(path, data=fields, headers=OURS)


def of_kind(client, kind):
    return client.get(f"/api/v1/calendars?kind={kind}").json()


# --- what the year shows


def test_a_year_has_every_day_once_with_its_moon():
    months = year_of_months(2028, drafted(2028), date(2028, 2, 29))
    cells = [cell for month in months for week in month.weeks for cell in week if cell]
    assert len(cells) == 366
    assert all(len(week) == 7 for month in months for week in month.weeks)
    assert [cell.day for cell in cells if cell.today] == [29]
    assert all(cell.moon for cell in cells)


def test_tet_2030_is_marked_a_day_apart():
    february = year_of_months(2030, drafted(2030), date(2030, 1, 1))[1]
    days = {cell.day: cell for week in february.weeks for cell in week if cell}
    assert days[2].moon == "1/1"
    assert "1/1 Canh Tuất" in days[2].words
    assert "正月初一" in days[3].words
    assert {"vn", "cn"} <= set(days[3].marks)
    rows = {row.day: row for row in rows_of(2030, drafted(2030))}
    assert (rows[date(2030, 2, 2)].moon_vi, rows[date(2030, 2, 2)].moon_zh) == ("1/1", "腊月三十")
    assert (rows[date(2030, 2, 3)].moon_vi, rows[date(2030, 2, 3)].moon_zh) == ("2/1", "正月初一")


def test_a_leap_month_is_marked_and_the_year_has_its_name_on_both_sides():
    months = year_of_months(2028, drafted(2028), date(2028, 1, 1))
    moons = [cell.moon for month in months for week in month.weeks for cell in week if cell]
    assert "1/5*" in moons  # 2028 has two fifth months
    assert names_of_year(2026) == ("Bính Ngọ", "丙午")


def test_days_that_differ_alike_are_one_line():
    first = date(2026, 2, 15)
    days = [DayHours(day=first + timedelta(days=number), windows=NOON, note="Tết") for number in range(3)]
    later = DayHours(day=date(2026, 2, 20), windows=NOON, note="Tết")
    closed = DayHours(day=date(2026, 2, 21))
    assert spans([*days, later, closed]) == [
        (first, date(2026, 2, 17), "09:00-14:00", "Tết"),
        (date(2026, 2, 20), date(2026, 2, 20), "09:00-14:00", "Tết"),
        (date(2026, 2, 21), date(2026, 2, 21), "", ""),
    ]


# --- the pages


PAGES = [
    "/calendars",
    "/calendars?year=2030",
    "/calendars/hours",
    "/calendars/quiet",
    "/calendars/lists/vn-holidays/2027",
]


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_led_to_the_form_and_a_reader_sees_no_button(client, path):
    client.cookies.clear()
    assert client.get(path).headers["location"].startswith("/login")
    sign_in(client, "kiemtra")
    text = client.get(path).text
    assert "<h1>" in text
    assert re.findall(r'<form method="post"([^>]*)>', text) == [' action="/logout"']


def test_a_reader_may_not_keep_anything(client):
    sign_in(client, "kiemtra")
    for path in ("exceptions", "mourning", "quiet", "hours/save", "lists/vn-holidays/2027"):
        assert send(client, f"/calendars/{path}", first="2026-12-01").status_code == 403


@pytest.mark.parametrize("path", ["/calendars?year=1800", "/calendars/lists/ghost/2027", "/calendars/hours/ghost/edit"])
def test_what_is_not_there_is_said(operator, path):
    assert operator.get(path).status_code in (404, 422)


def test_a_draft_is_edited_by_form_and_counts_once_it_is_confirmed(operator):
    page = operator.get("/calendars/lists/vn-holidays/2029").text
    rows = int(re.search(r'name="rows" value="([0-9]+)"', page)[1])
    fields = dict(re.findall(r'name="((?:day|name)-[0-9]+)"[^>]*?value="([^"]*)"', page))
    assert fields["day-0"] == "2029-01-01"
    fields |= {"rows": str(rows), "version": "0", "keep": [str(row) for row in range(1, rows)]}
    fields |= {f"day-{rows - 1}": "2029-12-31", f"name-{rows - 1}": "Hoán đổi"}
    answer = send(operator, "/calendars/lists/vn-holidays/2029", **fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/calendars?year=2029")
    (kept,) = [one for one in of_kind(operator, "days") if one["id"] == "vn-holidays"]
    assert "2029-01-01" not in kept["fact"]["days"]
    assert kept["fact"]["days"][-1] == "2029-12-31"
    assert "confirmed by truc" in operator.get("/calendars?year=2029").text
    assert "This year is confirmed." in operator.get("/calendars/lists/vn-holidays/2029").text


def test_a_year_that_was_changed_meanwhile_comes_back_with_its_reason(operator):
    send(
        operator, "/calendars/lists/tet-vi/2029", **{"rows": "1", "version": "0", "keep": ["0"], "day-0": "2029-02-13"}
    )
    again = send(
        operator, "/calendars/lists/tet-vi/2029", **{"rows": "1", "version": "0", "keep": ["0"], "day-0": "2029-02-14"}
    )
    assert again.status_code == 422
    assert "look again" in again.text
    assert 'value="2029-02-14"' in again.text


def test_hours_are_made_differ_for_some_days_and_are_the_same_again(operator):
    facts = {"name": "", "gate": "chi-ma", "place": "Chi Ma, lối đi bộ", "traffic": "travellers", "version": "0"}
    facts |= {"from-0": "07:00", "to-0": "17:00", "weekdays-0": [str(day) for day in range(1, 8)]}
    assert send(operator, "/calendars/hours/save", **facts).status_code == 303
    (made,) = of_kind(operator, "hours")
    assert (made["targets"], made["fact"]["place"]) == (["chi-ma/*"], "Chi Ma, lối đi bộ")
    span = {
        "hours": [made["id"]],
        "first": "2099-02-05",
        "last": "2099-02-07",
        "from-0": "09:00",
        "to-0": "14:00",
        "note": "TB 1",
    }
    assert send(operator, "/calendars/exceptions", **span).status_code == 303
    page = operator.get("/calendars/hours").text
    assert "05/02–07/02/2099: <strong>09:00-14:00</strong> · TB 1" in page
    name = made["id"]
    assert send(operator, f"/calendars/hours/{name}/exceptions/2099-02-06/end").status_code == 303
    (kept,) = of_kind(operator, "hours")
    assert [one["day"] for one in kept["fact"]["exceptions"]] == ["2099-02-05", "2099-02-07"]
    edited = operator.get(f"/calendars/hours/{name}/edit").text
    assert 'value="07:00"' in edited
    facts |= {"name": name, "version": str(kept["version"]), "from2-0": "", "to-0": "18:00"}
    assert send(operator, "/calendars/hours/save", **facts).status_code == 303
    (later,) = of_kind(operator, "hours")
    assert later["fact"]["weekly"][0]["windows"] == [["07:00", "18:00"]]
    assert len(later["fact"]["exceptions"]) == 2, "what differs stands when the usual hours change"
    assert send(operator, f"/calendars/hours/{name}/delete").status_code == 303
    assert of_kind(operator, "hours") == []


@pytest.mark.parametrize(
    ("path", "fields", "words"),
    [
        ("exceptions", {"first": "2026-12-02", "hours": []}, "hours: give at least one"),
        ("exceptions", {"first": "", "hours": ["x"]}, "first"),
        ("mourning", {"first": "2026-12-02", "last": "", "from": "00:00", "to": "24:00"}, "give the first and the last day"),
        ("mourning", {"first": "2099-12-02", "last": "2099-12-01", "from": "00:00", "to": "24:00", "mutes": ["music"]},
         "mourning must start before it ends"),
        ("quiet", {"gate": "all", "from": "06:00", "to": "06:00", "passes": "none"}, "must not be empty"),
        ("hours/save", {"gate": "all", "place": "p", "traffic": "ships", "version": "0"}, "traffic: there is no such choice"),
    ],
)  # fmt: skip
def test_a_refused_form_comes_back_with_its_reason(operator, path, fields, words):
    answer = send(operator, f"/calendars/{path}", **fields)
    assert answer.status_code == 422
    assert words.lower() in re.search(r'role="alert">([^<]*)<', answer.text)[1].lower()


def test_mourning_is_one_command_and_says_who_has_not_got_it(operator):
    fields = {
        "name": "Quốc tang",
        "notice": "12/TB",
        "first": "2099-05-24",
        "last": "2099-05-25",
        "from": "00:00",
        "to": "24:00",
    }
    assert send(operator, "/calendars/mourning", **fields, mutes=["music"], gates=["tan-thanh"]).status_code == 303
    (made,) = of_kind(operator, "mourning")
    assert made["targets"] == ["tan-thanh/*"]
    assert made["fact"]["until"].startswith("2099-05-26T00:00:00")
    page = operator.get("/calendars/quiet").text
    assert "Quốc tang" in page
    assert "telephone the post" in page
    assert send(operator, f"/calendars/mourning/{made['id']}/remove").status_code == 303
    assert of_kind(operator, "mourning") == []


def test_quiet_hours_are_kept_and_deleted(operator):
    fields = {"gate": "tan-thanh", "from": "21:00", "to": "06:00", "passes": "priority", "zones": ["cargo-yard-a"]}
    assert send(operator, "/calendars/quiet", **fields).status_code == 303
    (made,) = of_kind(operator, "quiet")
    assert (made["fact"]["windows"], made["fact"]["zones"]) == ([["21:00", "06:00"]], ["cargo-yard-a"])
    assert "Cargo yard A" in operator.get("/calendars/quiet").text
    assert send(operator, f"/calendars/quiet/{made['id']}/remove").status_code == 303
    assert of_kind(operator, "quiet") == []


@pytest.mark.parametrize(("language", "word"), [("vi", "Giờ mở cửa"), ("zh-Hans", "开放时间"), ("en", "Opening hours")])
def test_the_pages_speak_the_readers_language(operator, language, word):
    operator.get(f"/language?to={language}")
    assert f"<h1>{word}</h1>" in operator.get("/calendars/hours").text


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({"kind": "moon-vi", "days": "2, 7 12"}, 35),
        ({"kind": "moon-zh", "days": "15", "month": "8"}, 1),
        ({"kind": "animal", "branch": "6"}, 30),
        ({"kind": "own"}, 0),
    ],
)
def test_a_list_of_ones_own_is_made_confirmed_and_deleted(operator, fields, count):
    answer = send(operator, "/calendars/lists/new", name="Chợ phiên", **fields)
    assert answer.status_code == 303
    place = answer.headers["location"]
    rows = re.findall(r'name="day-([0-9]+)"[^>]*value="([0-9-]+)"', operator.get(place).text)
    assert len(rows) in range(count, count + 4)
    given = {f"day-{row}": day for row, day in rows} | {"rows": "400", "version": "1", "keep": [row for row, _ in rows]}
    assert send(operator, place, **given).status_code == 303
    name = place.split("/")[3]
    assert len(operator.get(f"/api/v1/calendars/days/{name}").json()["fact"]["days"]) == len(rows)
    assert "Delete this list" in operator.get(place).text
    assert send(operator, f"/calendars/days/{name}/remove").headers["location"] == "/calendars"
    assert operator.get(f"/api/v1/calendars/days/{name}").status_code == 404


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "moon-vi", "days": "31"}, "30 at most"),
        ({"kind": "moon-vi", "days": "hai"}, "hai"),
        ({"kind": "moon-vi", "days": ""}, "give at least one"),
        ({"kind": "animal", "branch": "12"}, "11 at most"),
    ],
)
def test_a_list_no_calendar_can_draft_is_refused(operator, fields, words):
    answer = send(operator, "/calendars/lists/new", name="Chợ", **fields)
    assert answer.status_code == 422
    assert words in re.search(r'role="alert">([^<]*)<', answer.text)[1]
