"""The page on which staff bring a picture, try it on boards and take it away; without scripts."""

from __future__ import annotations

import io
import re
import tomllib

import numpy as np
import pytest
from PIL import Image

from tests.support.console import GATES, a_controller, sign_in

OURS = {"sec-fetch-site": "same-origin"}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with a_controller(tmp_path_factory.mktemp("pictures")) as running:
        yield running


@pytest.fixture
def place(client):
    """The picture page of a new draft of the author's."""
    sign_in(client, "tacgia")
    client.get("/language?to=en")
    form = {"title": "Biển cấm", "category": "law", "text-vi": "Cấm vào"}
    return client.post("/messages/new", data=form, headers=OURS).headers["location"] + "/picture"


def noise(size: int = 60) -> bytes:
    out = io.BytesIO()
    pixels = np.random.default_rng(1).integers(0, 256, (size, size, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(out, "BMP")
    return out.getvalue()


def bring(client, place, data, version=1, **more):
    form = {"version": str(version), "kind": "picture"} | more
    return client.post(f"{place}/bring", data=form, files={"file": ("a.bmp", data)}, headers=OURS)


def test_a_picture_is_brought_tried_changed_and_removed(client, place):
    assert "This message has no picture." in client.get(place).text
    assert bring(client, place, noise()).status_code == 303
    text = client.get(place).text
    boards = [each.replace("&amp;", "&") for each in re.findall(r'src="(/api/v1/pictures/\w+/on/[^"]+)"', text)]
    shapes = {
        each["shape"]
        for gate in tomllib.loads(GATES.read_text())["gates"]
        for each in gate["devices"]
        if "shape" in each
    }
    assert len(boards) == len(shapes) == 4
    assert all(client.get(each).content.startswith(b"\x89PNG") for each in boards)
    form = {"version": "2", "tone": "photo", "fit": "fill", "inverted": "yes", "place": "turn", "seconds": "9"}
    assert client.post(f"{place}/choose", data=form, headers=OURS).status_code == 303
    assert "tone=photo&amp;fit=fill&amp;inverted=true" in client.get(place).text
    assert client.post(f"{place}/remove", data={"version": "3", "kind": "picture"}, headers=OURS).status_code == 303
    assert "This message has no picture." in client.get(place).text


def test_a_form_may_bring_more_than_a_mebibyte(client, place):
    data = noise(700)
    assert len(data) > 1_400_000
    assert bring(client, place, data).status_code == 303


@pytest.mark.parametrize(
    ("data", "more", "reason"),
    [
        (b"no picture", {}, "no PNG, JPEG, WebP, GIF or BMP"),
        (b"", {}, "There is no file"),
        (b"anything", {"kind": "video"}, "no video"),
    ],
)
def test_a_refusal_is_said_on_the_page(client, place, data, more, reason):
    answer = bring(client, place, data, **more)
    assert answer.status_code == 422
    assert reason in answer.text


def test_nobody_writes_over_anothers_work(client, place):
    bring(client, place, noise())
    assert bring(client, place, noise(), version=1).status_code == 422


def test_who_may_not_write_sees_no_form(client, place):
    sign_in(client, "kiemtra")
    assert "<input" not in client.get(place).text.split("<main")[1]
    assert bring(client, place, noise()).status_code == 403
