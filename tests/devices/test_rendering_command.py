"""gatecast-agent render: pages as PNG files."""

import pytest

from devices.cli import main
from devices.rendering.png import png_size


def test_each_page_becomes_a_file(tmp_path, capsys):
    out = tmp_path / "page.png"
    text = "Kính chào quý khách. Xe tải chờ ở bãi số 2, xin chuẩn bị hộ chiếu và giấy tờ hải quan."
    assert main(["render", "--board", "128x32:rg", "--lang", "vi", "--text", text, "--out", str(out)]) == 0
    files = sorted(tmp_path.iterdir())
    assert len(files) > 1
    assert files[0].name == "page-1.png"
    assert {png_size(file.read_bytes()) for file in files} == {(128, 32)}
    assert "time.short" in capsys.readouterr().err


def test_a_text_that_is_blocked_writes_nothing_and_says_why_in_the_texts_language(tmp_path, capsys):
    out = tmp_path / "page.png"
    assert main(["render", "--board", "192x64", "--lang", "vi", "--text", "Xe 🚚", "--out", str(out)]) == 1
    assert list(tmp_path.iterdir()) == []
    assert "biểu tượng" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path, capsys):
    out = tmp_path / "no" / "page.png"
    assert main(["render", "--board", "192x64", "--text", "Xe", "--out", str(out), "--audience", "walker"]) == 1
    assert "cannot write" in capsys.readouterr().err


def test_a_board_that_is_none_is_a_usage_error(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["render", "--board", "big", "--text", "Xe", "--out", str(tmp_path / "x.png")])
    assert "192x64:rg" in capsys.readouterr().err


def test_height_weight_colour_and_place_can_be_chosen(tmp_path, capsys):
    words = ["--rows", "32", "--weight", "regular", "--colour", "red", "--align", "left", "--distance", "100"]
    out = tmp_path / "page.png"
    assert main(["render", "--board", "192x64:rg", "--lang", "en", "--text", "Stop", "--out", str(out), *words]) == 0
    said = capsys.readouterr().err
    assert all(code in said for code in ("colour.red", "sight.day", "sight.night"))


def test_a_line_that_scrolls_becomes_one_animation(tmp_path, capsys):
    out = tmp_path / "line.png"
    words = ["render", "--board", "64x16", "--lang", "en", "--out", str(out), "--scroll", "--text"]
    assert main([*words, "Gate"]) == 0
    assert png_size(out.read_bytes()) == (64, 16)
    assert b"acTL" in out.read_bytes()
    assert "scroll.driver" in capsys.readouterr().err
    assert main([*words, "\0"]) == 1


def test_a_board_that_is_none_is_refused_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["render", "--board", "0x0:rg", "--text", "a", "--out", "x.png"])
    assert left.value.code == 2
    assert "width" in capsys.readouterr().err.splitlines()[-1]
