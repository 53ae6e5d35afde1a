"""Whatever is refused is refused in the reader's language, field and reason; the code is read for every sentence it can say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel, Field, ValidationError

import controller
from controller.console.forms import misread, number
from controller.console.i18n import words
from controller.console.refusals import said, why
from controller.errors import ConflictError, InvalidError, Problem, UnknownError
from devices.agent.hand import CLOCK_FAULTS
from devices.errors import (
    GarbledError,
    LinkError,
    LinkLostError,
    MismatchError,
    OffError,
    RefusedError,
    SilentError,
)
from devices.rendering.wording import WORDING
from tests.support.console import a_controller, sign_in

OURS = {"sec-fetch-site": "same-origin"}
ROOT = Path(controller.__file__).parent.parent
PLACES = (
    "controller/services",
    "controller/domain",
    "controller/calendars",
    "controller/console",
    "controller/media",
    "schedules",
)
# Who says it: the place of the code among its arguments (none: it has none), and that of the sentence.
SPEAKERS = {
    "Problem": (1, 2), "InvalidError": (0, 1), "ConflictError": (0, 1), "MediaError": (0, 1), "invalid": (1, 2),
    "_refused": (1, 2), "misread": (None, 1), "ValueError": (None, 0), "UnlawfulError": (None, 0),
}  # fmt: skip
# What no form of the console can meet: files the operator of the machine writes, the API alone, and our own mistakes.
ELSEWHERE = (
    "controller/domain/gates.py", "controller/services/register.py", "controller/services/account.py",
    "controller/services/sign_in.py", "controller/services/enrol.py", "controller/services/import_ics.py", "schedules/ics.py",
    "controller/media/speech", "controller/media/highpass.py", "controller/media/unpack.py", "controller/media/video_child.py",
    "controller/services/drawing.py",
)  # fmt: skip


def sentences_of(node: ast.expr, names: dict[str, list[ast.expr]]) -> Iterator[str]:
    """What an expression can say, a 7 for each fact in it; nothing where it passes on what another said."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from sentences_of(node.body, names)
        yield from sentences_of(node.orelse, names)
    elif isinstance(node, ast.Name):
        for each in names.get(node.id, []):
            yield from sentences_of(each, {})


def refusals() -> Iterator[tuple[str, str, str]]:
    """Where in the code, the code of the refusal, and the sentence."""
    for path in sorted(path for place in PLACES for path in (ROOT / place).rglob("*.py")):
        where = path.relative_to(ROOT).as_posix()
        if where.startswith(ELSEWHERE):
            continue
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                yield from ((where, *each) for each in said_in(function))


def said_in(function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    names: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            names.setdefault(node.targets[0].id, []).append(node.value)
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SPEAKERS:
            code, text = SPEAKERS[node.func.id]
            if len(node.args) > text:
                codes = list(sentences_of(node.args[code], names)) if code is not None else []
                yield from ((codes[0] if codes else "", each) for each in sentences_of(node.args[text], names))


# What the renderer found, and what a character is called: said by their codes, and among the findings.
BY_CODE_ALONE = ("7: 7", "7 (U+7, position 7)")
FOUND = sorted(each for each in set(refusals()) if each[2] not in BY_CODE_ALONE)


def test_the_code_says_much():
    assert len(FOUND) > 120


@pytest.mark.parametrize("language", ["vi", "zh-Hans"])
@pytest.mark.parametrize(("where", "code", "sentence"), FOUND)
def test_every_refusal_has_words_in_the_readers_language(where, code, sentence, language):
    reader = words(language)
    by_code = {f"refused {code}", f"refused {code}: {{detail}}"} & set(reader.catalogue)
    reworded = why(sentence, reader)
    assert by_code or (reworded and reworded != sentence), f'{where} says "{sentence}" (code "{code}")'


def test_a_sentence_keeps_its_facts():
    assert why('a time of day is written "HH:MM", not "7"', words("vi")) == "giờ viết như 07:30, không phải “7”"
    assert why("at most 92 days at once", words("zh-Hans")) == "一次最多 92 天"
    assert why("nobody ever said this", words("vi")) is None


def test_a_fact_that_is_a_word_of_ours_is_put_into_the_readers_language():
    text = "post_commander may suspend crossing at a gate of kind secondary for 6 h in all, not 7 h 30 min"
    found = why(text, words("vi"))
    assert "post_commander" not in found
    assert "secondary" not in found
    assert "tối đa 6 giờ" in found


def test_the_most_particular_sentence_is_taken():
    assert why('there is no device "a/b"', words("vi")) == "không có thiết bị “a/b”"
    assert why('there is no thing "a/b"', words("vi")) == "không có “a/b”"


def test_what_blocks_an_alert_is_said_with_its_board():
    text = "192x64:rg: " + WORDING["text.emoji"]["en"].format(character="X", sign=":lorry:")
    refusal = InvalidError("message.blocked", "-", (Problem("/texts/vi", "text.emoji", text),))
    assert "192x64:rg: Bảng đèn không hiển thị được biểu tượng cảm xúc X." in said(refusal, words("vi"))
    assert ":lorry:" in said(refusal, words("zh-Hans"))


class Wanted(BaseModel):
    targets: list[str] = Field(min_length=1)
    every: int = Field(ge=1, le=1440)


def test_each_wrong_field_is_named_with_its_reason():
    with pytest.raises(ValidationError) as caught:
        Wanted.model_validate({"targets": [], "every": 0})
    assert said(caught.value, words("vi")) == "Nơi nhận: hãy chọn ít nhất một. Cách mấy phút: ít nhất là 1."
    assert said(caught.value, words("en")) == "Targets: give at least one. Every: 1 at least."


def test_a_refusal_says_its_problems_with_their_fields():
    problem = Problem("/ends", "schedule.ends", "it ended already")
    refusal = InvalidError("schedule.ends", "the schedule cannot be accepted", (problem,))
    assert said(refusal, words("vi")) == "Chưa lưu được lịch phát. Ngày cuối: đã kết thúc rồi."
    assert said(refusal, words("zh-Hans")) == "排期未能保存。结束日期：已经结束。"


def test_a_number_that_is_none_names_its_field():
    with pytest.raises(InvalidError) as caught:
        number("minutes", "mười")
    assert said(caught.value, words("vi")) == "Chưa đọc được biểu mẫu. Số phút: “mười” không phải là số."
    assert number("minutes", "10") == 10


def test_what_nobody_translated_stays_as_it_came_and_a_form_gone_wrong_says_so():
    assert said(ConflictError("odd.code", "an odd thing happened"), words("vi")) == "An odd thing happened."
    assert said(ValueError("invalid literal for int()"), words("vi")) == "Có số, ngày hoặc giờ viết chưa đúng."
    assert said(None, words("vi")) == ""
    assert said(UnknownError("schedule", "x"), words("vi")) == "Không có lịch phát “x”."


def test_what_was_misread_is_never_quoted_without_end():
    refusal = misread("starts", f'"{"x" * 60}" is no moment: give a day and a time')
    assert len(said(refusal, words("vi"))) < 160


# --- what is said of a fault, beside the words for its code

FAULT_TEXTS = [
    str(SilentError(1.5)), str(LinkError("com1", "no such file")), str(LinkLostError("com1", "unplugged")),
    str(GarbledError("CRC")), str(RefusedError(7, "busy")), str(RefusedError(7)), str(OffError("no lamp")),
    str(MismatchError("the board", "192x64", "128x32")), "the content of message 7 is not here yet",
    "the content of message 7 was not drawn for this area", "the fault contact d1 reports (zones yard, hall)",
    *(text for _, text in CLOCK_FAULTS.values()),
]  # fmt: skip


PIECES = ("the content of message 7 7", "7 (zones 7)")  # put together from others, given whole above


def fault_texts() -> Iterator[str]:
    """Every sentence an agent puts into its fault book."""
    for path in sorted((ROOT / "devices" / "agent").glob("*.py")):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                yield from put_in(function)


def put_in(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("put", "_refuse"):
            for text in node.args[-2:]:
                yield from (each for each in sentences_of(text, {}) if " " in each and each not in PIECES)


@pytest.mark.parametrize("language", ["vi", "zh-Hans"])
@pytest.mark.parametrize("text", sorted({*FAULT_TEXTS, *fault_texts()}))
def test_the_detail_of_a_fault_has_words_in_the_readers_language(text, language):
    detail = why(text, words(language))
    assert detail
    assert detail != text


def test_most_of_what_agents_say_of_faults_is_asked_for():
    assert len(set(fault_texts())) > 8


# --- each form of the console, filled in wrongly, in Vietnamese


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with a_controller(tmp_path_factory.mktemp("refusals")) as running:
        yield running


BOARD = {
    "playlist": "l-1",
    "priority": "normal",
    "targets": ["chi-ma/board-1"],
    "weekdays": ["1"],
    "from-0": "07:00",
    "to-0": "08:00",
}
ORDER = {"gate": "chi-ma", "order": "12/QĐ", "office": "higher", "issuer": "Ông A", "until": "2031-01-01T08:00"}
EVENT = {
    "name": "Lễ",
    "who": "Bà B",
    "starts": "2031-01-01T06:00",
    "until": "2031-01-01T07:00",
    "targets": ["chi-ma/*"],
}
HOURS = {"gate": "all", "place": "Bãi xe", "traffic": "all", "version": "0", "weekdays-0": ["1"]}
MOURNING = {
    "name": "Quốc tang",
    "first": "2031-12-02",
    "last": "2031-12-03",
    "from": "00:00",
    "to": "24:00",
    "mutes": ["music"],
}
QUIET = {"gate": "all", "from": "21:00", "to": "06:00", "passes": "none"}
LIST = {"name": "Chợ phiên", "kind": "moon-vi", "days": "1"}
FIGURE = {"gate": "chi-ma", "name": "xe", "value": "5"}
NOTICE = {"title": "T", "category": "service", "text-vi": "Xe chờ"}
ALERT = {"text-vi": "Cháy", "targets": ["chi-ma/*"], "minutes": "5", "priority": "emergency"}
FORMS = [  # who, where, what is filled in, and the fields that must come back as they were
    ("truc", "/schedules", BOARD | {"targets": []}, "from-0"),
    ("truc", "/schedules", BOARD | {"from-0": "7 giờ"}, "from-0"),
    ("truc", "/schedules", BOARD | {"minutes": "mười"}, "minutes"),
    ("truc", "/schedules", BOARD | {"ends": "2020-01-01"}, "ends"),
    ("truc", "/schedules", BOARD | {"starts": "mai"}, "from-0"),
    ("truc", "/schedules", BOARD | {"rrule": "FREQ=HOURLY"}, "rrule"),
    ("truc", "/schedules", BOARD | {"exceptions": "30/02/2027"}, "exceptions"),
    ("truc", "/schedules", BOARD | {"every": "0"}, "every"),
    ("truc", "/schedules", BOARD | {"share_minutes": "nửa"}, "share_minutes"),
    ("truc", "/events", EVENT | {"starts": "sáng mai"}, "name"),
    ("truc", "/events", EVENT | {"every": "mười"}, "name"),
    ("truc", "/playlists", {"name": ""}, ""),
    ("truc", "/playlists", {"name": "Danh sách trống"}, "name"),
    ("truc", "/playlists", {"name": "L", "message-0": "x", "seconds-0": "lâu"}, "seconds-0"),
    ("truc", "/playlists", {"name": "L", "message-0": "x", "starts-0": "mai"}, "name"),
    ("truc", "/playlists", {"name": "L", "message-0": "x", "repeats": "99"}, "name repeats"),
    ("truc", "/playlists", {"name": "L", "message-0": "msg-000000000000"}, "name"),
    ("truc", "/suspensions", ORDER | {"office": "ai"}, "order issuer"),
    ("truc", "/suspensions", ORDER | {"until": "hôm nào đó"}, "order issuer"),
    ("truc", "/suspensions", ORDER | {"until": "2001-01-01T08:00"}, "order issuer"),
    ("truc", "/suspensions", ORDER | {"until": "2999-01-01T08:00", "playlist": "p-1"}, "order issuer"),
    ("truc", "/suspensions", ORDER | {"order": "", "gate": ""}, "issuer"),
    ("truc", "/events", EVENT | {"until": "2031-01-01T05:00"}, "name who"),
    ("truc", "/events", EVENT | {"name": "", "who": "", "starts": "", "targets": []}, "until"),
    ("truc", "/events", EVENT | {"every": "9999"}, "every"),
    ("truc", "/calendars/exceptions", {"first": "2026-12-02", "hours": []}, "first"),
    (
        "truc",
        "/calendars/exceptions",
        {"first": "2026-12-05", "last": "2026-12-02", "hours": ["x"], "note": "Nghỉ"},
        "note",
    ),
    ("truc", "/calendars/exceptions", {"first": "mai", "hours": ["x"], "note": "Nghỉ"}, "note"),
    ("truc", "/calendars/hours/save", HOURS | {"traffic": "tàu thủy"}, "place"),
    ("truc", "/calendars/hours/save", HOURS | {"from-0": "17:00", "to-0": "17:00"}, "place from-0"),
    ("truc", "/calendars/hours/save", HOURS | {"from-0": "7", "to-0": "17:00", "first-0": "31/12"}, "place"),
    ("truc", "/calendars/mourning", MOURNING | {"last": ""}, "name"),
    ("truc", "/calendars/mourning", MOURNING | {"last": "2031-12-01"}, "name"),
    ("truc", "/calendars/mourning", MOURNING | {"first": "2001-12-02", "last": "2001-12-03"}, "name"),
    ("truc", "/calendars/quiet", QUIET | {"to": "21:00"}, "from"),
    ("truc", "/calendars/quiet", QUIET | {"zones": ["không có"]}, "from"),
    ("truc", "/calendars/lists/new", LIST | {"days": "31"}, "name days"),
    ("truc", "/calendars/lists/new", LIST | {"days": "mồng một"}, "name days"),
    ("truc", "/calendars/lists/new", {"name": "", "kind": "own"}, ""),
    ("truc", "/figures", FIGURE | {"name": "xe chờ", "value": "nhiều"}, "name value"),
    ("truc", "/figures", FIGURE | {"gate": "không có"}, "name value"),
    ("tacgia", "/messages/new", NOTICE | {"title": ""}, "text-vi"),
    ("tacgia", "/messages/new", NOTICE | {"category": "lạ"}, "title text-vi"),
    ("tacgia", "/messages/new", NOTICE | {"text-vi": "x" * 6000}, "title"),
    ("truc", "/alerts", ALERT | {"text-vi": "Cháy 🚚", "sure": "1"}, "text-vi"),
    ("truc", "/alerts", ALERT | {"targets": []}, "text-vi"),
    ("truc", "/alerts", ALERT | {"minutes": "lâu"}, "text-vi"),
]

ENGLISH = re.compile(
    r"\b(?:the|is|are|be|not|should|must|least|most|input|string|valid|there|no|give|write|field|required|cannot|accepted|than|"
    r"value|error|item|after|with|before|between|unknown|version|invalid|literal)\b",
    re.IGNORECASE,
)


def notice_of(answer: str) -> str:
    return re.search(r'role="alert">(.*?)</p>', answer, re.DOTALL)[1].strip()


@pytest.mark.parametrize(("person", "path", "fields", "kept"), FORMS)
def test_a_form_filled_in_wrongly_says_why_in_vietnamese_and_keeps_what_was_typed(client, person, path, fields, kept):
    sign_in(client, person)
    client.get("/language?to=vi")
    answer = client.post(path, data=fields, headers=OURS)
    assert answer.status_code == 422, answer.headers.get("location")
    notice = notice_of(answer.text)
    assert notice
    assert not ENGLISH.search(re.sub(r"FREQ=\w+|“[^”]*”|&#34;.*?&#34;", "", notice)), notice
    for name in kept.split():
        assert fields[name] in answer.text


HUGE = "9" * 5000  # more digits than Python reads as a number


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/playlists", {"name": "Vòng", f"message-{HUGE}": "msg-1"}),
        ("/calendars/lists/vn-holidays/2029", {"rows": HUGE, "version": "0"}),
        ("/calendars/hours/save", {"name": "Giờ", "weekdays-0": HUGE, "windows-0": "07:00-19:00"}),
        ("/events", {"name": "Đoàn khách", "every": HUGE}),
        ("/schedules", BOARD | {"weekdays": HUGE}),
    ],
)
def test_a_number_without_end_in_a_forged_form_is_refused_and_no_fault_of_ours(client, path, fields):
    sign_in(client, "truc")
    assert client.post(path, data=fields, headers=OURS).status_code == 422


def test_the_page_of_what_is_not_there_says_so_in_vietnamese(client):
    sign_in(client, "truc")
    client.get("/language?to=vi")
    answer = client.get("/messages/msg-000000000000")
    assert answer.status_code == 404
    assert "Không có bản tin “msg-000000000000”." in answer.text
    assert "there is no" not in answer.text


@pytest.mark.parametrize(
    "path", ["/nowhere", "/calendars?year=soon", "/calendars/lists/vn-holidays/next", "/static/none.js"]
)
def test_an_address_that_leads_nowhere_is_a_page_for_people_and_a_problem_for_programs(client, path):
    sign_in(client, "truc")
    client.get("/language?to=vi")
    page = client.get(path, headers={"accept": "text/html,application/xhtml+xml"})
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "Không có trang này." in page.text
    told = client.get(path, headers={"accept": "application/json"})
    assert told.headers["content-type"] == "application/problem+json"
    assert (
        client.get("/api/v1/nowhere", headers={"accept": "text/html"}).headers["content-type"]
        == "application/problem+json"
    )


def test_a_stranger_with_a_wrong_address_sees_a_page_too(client):
    client.cookies.clear()
    page = client.get("/nowhere<b>", headers={"accept": "text/html"})
    assert page.status_code == 404
    assert "<b>" not in page.text
