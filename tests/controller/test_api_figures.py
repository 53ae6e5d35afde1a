"""Live figures: who may bring them, what is refused, what goes to the gate's agents, and what a wanted picture shows of them."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from PIL import Image, ImageChops

from controller.domain.people import RIGHTS, Right, Role
from devices.contract.messages import FiguresMessage, read_wire
from devices.contract.seal import open_seal
from devices.profiles.board import BoardShape
from devices.rendering.fields import filled_page, sample_page
from devices.rendering.look import AS_IT_READS_BEST
from devices.rendering.page import Page, PageFile
from devices.rendering.png import png
from devices.rendering.setting import set_text
from schedules.live import STALE
from tests.support.desk import Desk

BOARD = BoardShape.parse("192x64:rg")


def bring(desk: Desk, gate: str = "chi-ma", person: str = "operator", **values: Any) -> Any:
    body = {"figures": {name: value if isinstance(value, dict) else {"value": value} for name, value in values.items()}}
    return desk.ask(person, "PUT", f"/gates/{gate}/figures", body)


def drawn(text: str) -> PageFile:
    file = set_text(text, "vi", BOARD, AS_IT_READS_BEST).file
    assert file is not None
    return file


def sealed(desk: Desk, topic: str = "gatecast/v1/chi-ma/agent/figures") -> FiguresMessage:
    (row,) = [each for each in desk.waiting() if each.topic == topic]
    assert row.retain
    opened = open_seal(row.payload, keys=desk.keys(), kind="figures", now=desk.clock.now)
    assert opened.subject == "chi-ma/agent"
    return read_wire(FiguresMessage, opened.body)


def test_figures_are_kept_and_go_sealed_to_the_agents_of_their_gate_and_to_no_other(desk: Desk):
    assert bring(desk, lorries=31).status_code == 200
    assert desk.get("/gates/chi-ma/figures").json()["lorries"]["value"] == 31
    assert {name: one.value for name, one in sealed(desk).figures.items()} == {"lorries": 31}
    assert not [each for each in desk.waiting() if "figures" in each.topic and "/chi-ma/" not in each.topic]


def test_a_later_set_takes_the_place_of_one_that_never_went_out_and_keeps_the_other_figures(desk: Desk):
    bring(desk, lorries=31, wait=40)
    first = sealed(desk).revision
    desk.clock.advance(seconds=5)
    bring(desk, lorries=30)
    last = sealed(desk)
    assert {name: one.value for name, one in last.figures.items()} == {"lorries": 30, "wait": 40}
    assert last.revision > first


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (-1, "request.invalid"),
        (100_000, "request.invalid"),
        ("31", "request.invalid"),
        ({"value": 3, "at": "2026-11-23T14:00:00+07:00"}, "figure.ahead"),
    ],
)
def test_a_figure_that_cannot_be_is_refused_and_the_old_one_stays(desk: Desk, value: Any, code: str):
    bring(desk, lorries=31)
    answer = bring(desk, lorries=value)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["errors"][0]["pointer"].startswith("/figures/lorries")
    assert desk.get("/gates/chi-ma/figures").json()["lorries"]["value"] == 31


def test_an_unknown_gate_a_bad_name_and_too_many_are_refused(desk: Desk):
    assert bring(desk, gate="nowhere", lorries=1).status_code == 404
    assert bring(desk, **{"Xe tải": 1}).status_code == 422
    assert bring(desk, **{f"f{number}": number for number in range(100)}).status_code == 200
    assert bring(desk, one_more=1).json()["code"] == "figure.many"
    assert len(desk.get("/gates/chi-ma/figures").json()) == 100


def test_the_digital_gates_own_account_brings_figures_and_changes_nothing_else(desk: Desk):
    for person in ("author", "guard", "technician", "auditor", "administrator"):
        assert bring(desk, person=person, lorries=1).status_code == 403
    assert bring(desk, person="feed", lorries=1).status_code == 200
    assert RIGHTS[Role.FEED] == {Right.READ, Right.FIGURES}
    words = {"texts": {"vi": "Xin chào"}, "targets": ["chi-ma/board-1"], "minutes": 5}
    assert desk.ask("feed", "POST", "/alerts", words).status_code == 403


def test_a_feed_that_repeats_itself_fills_no_audit(desk: Desk):
    for number in (31, 31, 31, 30):
        desk.clock.advance(seconds=60)
        bring(desk, lorries=number)
    assert [each["details"] for each in desk.audit() if each["what"] == "figures.set"] == [
        {"lorries": 31},
        {"lorries": 30},
    ]


def test_the_wanted_picture_shows_clock_and_figures_as_the_gate_does(desk: Desk):
    text = "{clock} còn {figure lorries} xe"
    message = desk.approved(texts={"vi": text})
    desk.scheduled(desk.playlist(message))
    file = drawn(text)

    def wanted() -> bytes:
        return bytes(desk.get("/devices/chi-ma/board-1/wanted.png").content)

    def page(*values: str | None) -> Page:
        return filled_page(file, 0, dict(enumerate(values)))

    assert wanted() == png(page("12:00", None))
    bring(desk, lorries=31)
    assert wanted() == png(page("12:00", "31"))
    desk.clock.advance(seconds=STALE.total_seconds() + 60)
    assert wanted() == png(page("12:16", None))


def test_previews_show_a_sample_where_a_gate_fills_in(desk: Desk):
    text = "Bây giờ {clock}"
    tried = desk.must("author", "POST", "/render/check", {"texts": {"vi": text}, "board": "192x64:rg"})
    sample = sample_page(drawn(text), 0)
    assert sample != drawn(text).pages[0]
    assert tried["pages"][0]["pictures"] == [base64.b64encode(png(sample)).decode()]
    message, _ = desk.submitted(texts={"vi": text})
    previews = desk.get(f"/messages/{message}").json()["previews"]
    (path,) = [each["url"] for each in previews if each["board"] == "192x64:rg"]
    assert desk.get(path.removeprefix("/api/v1").format(page=1)).content == png(sample)


def test_languages_that_carry_other_fields_are_remarked_in_three_languages(desk: Desk):
    texts = {"vi": "Mở {time 07:00}", "en": "Open {time 08:00}"}
    message = desk.draft(texts=texts)
    for answer in (
        desk.must("author", "POST", "/render/check", {"texts": texts}),
        desk.must("author", "POST", f"/messages/{message}/submit"),
    ):
        (said,) = [each for each in answer["findings"] if each["code"] == "field.differs"]
        assert said["severity"] == "warn"
        assert "{time 07:00}, {time 08:00}" in said["texts"]["vi"]


def test_a_field_nobody_understands_blocks_submission_with_its_place(desk: Desk):
    message = desk.draft(texts={"vi": "Bây giờ {clok}"})
    answer = desk.ask("author", "POST", f"/messages/{message}/submit")
    assert answer.status_code == 422
    assert (answer.json()["errors"][0]["code"], answer.json()["errors"][0]["pointer"]) == ("field.unknown", "/texts/vi")


def test_a_text_with_fields_beside_a_picture_keeps_them(desk: Desk):
    drawn = io.BytesIO()
    Image.new("RGB", (64, 64), "white").save(drawn, "PNG")
    brought = desk.ask("author", "POST", "/pictures", content=drawn.getvalue()).json()
    picture = {"sha256": brought["facts"]["sha256"], "place": "beside"}
    message = desk.approved(texts={"vi": "Giờ {clock}"}, picture=picture)
    desk.scheduled(desk.playlist(message))
    noon = desk.get("/devices/chi-ma/board-1/wanted.png").content
    desk.clock.advance(seconds=60)
    later = desk.get("/devices/chi-ma/board-1/wanted.png").content
    assert noon != later
    noon_page, later_page = (Image.open(io.BytesIO(each)).convert("L") for each in (noon, later))
    changed = ImageChops.difference(noon_page, later_page).getbbox()
    assert changed is not None
    assert changed[0] > 64, "the clock stands right of the picture"


def test_a_machine_reads_hours_of_both_sides_and_refuses_what_changes(desk: Desk):
    message = desk.draft(texts={"vi": "Bây giờ {clock}"})
    answer = desk.ask("author", "POST", f"/messages/{message}/speech", {"language": "vi"})
    assert (answer.status_code, answer.json()["code"]) == (422, "speech.field")
    assert "{clock}" in answer.json()["errors"][0]["detail"]
