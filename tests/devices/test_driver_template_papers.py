"""The how-to of described devices works as it is written: its file, its stand-in, its commands and what they say."""

import re
import shlex
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from devices.agent.config import DeviceConfig
from devices.cli import main
from devices.drivers.template.checksums import CHECKSUMS
from devices.drivers.template.description import Deed, Description, Place, Refusal, States
from devices.drivers.template.driver import TemplateSettings

HOW_TO = Path("docs/how-to/template-driver.md").read_text(encoding="utf-8")
README = Path("devices/drivers/template/README.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"```toml\n# (\S+)\n(.*?)```", HOW_TO, re.S))
LINES = [line for block in re.findall(r"```sh\n(.*?)```", HOW_TO, re.S) for line in block.splitlines()]
SAID = [line for block in re.findall(r"```text\n(.*?)```", HOW_TO, re.S) for line in block.splitlines()]
SIMULATE = next(line for line in LINES if " simulate " in line)
TRIES = [line for line in LINES if " try " in line]


def words_of(line: str, folder: Path) -> list[str]:
    """The words after the command's name, with the line in a folder of our own."""
    return shlex.split(line.replace("/tmp/vl4", str(folder / "line")))[1:]


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder with the file of the how-to in it."""
    (tmp_path / "vl4.toml").write_text(FILES["vl4.toml"], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def stand_in(desk):
    """The stand-in, begun by the words of the how-to."""
    root = str(Path(__file__).parents[2])
    run = [
        sys.executable,
        "-c",
        f"import sys; sys.path.insert(0, {root!r}); from devices.cli import main; sys.exit(main())",
    ]
    process = subprocess.Popen([*run, *words_of(SIMULATE, desk)], stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while not (desk / "line").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        yield desk
    finally:
        process.terminate()
        process.wait(10)


def test_the_commands_say_what_the_how_to_says(stand_in, capsys):
    assert len(TRIES) == 5
    for words, expected in zip(TRIES[:4], SAID, strict=False):
        assert main(words_of(words, stand_in)) == 0, capsys.readouterr().err
        assert capsys.readouterr().out.splitlines()[0] == expected
    assert main(words_of(TRIES[4], stand_in)) == 0
    shown = re.search(r"`(> [0-9a-f ]+)`", HOW_TO)[1]
    assert shown in capsys.readouterr().out
    assert bytes.fromhex(shown[2:]) == re.search(r"zone 3 on is `([^`]+)`", HOW_TO)[1].encode() + b"\r"
    moves = [line.split(" ", 1)[1] for line in (stand_in / "moves.log").read_text().splitlines()]
    # Each command is a program of its own, so "all off" is the power alone: the zone is back until the next order shuts it.
    assert moves == [
        "power on",
        "zone-1 on",
        "power off",
        "zone-1 off",
        "power on",
        "zone-1 on",
        "zone-1 off",
        "zone-3 on",
    ]


def test_a_fault_in_the_file_is_told_as_the_how_to_says(desk, capsys):
    (desk / "vl4.toml").write_text(
        FILES["vl4.toml"].replace('Z{zone}{on}{check}\\r", answer', 'Z{zone}1{check}\\r", answer')
    )
    assert main(words_of(TRIES[0], desk)) == 2
    assert capsys.readouterr().err.splitlines()[0] == SAID[4]


def test_the_agents_config_of_the_how_to_is_one(desk):
    (device,) = tomllib.loads(FILES["agent.toml"])["devices"]
    read = DeviceConfig.model_validate(device)
    assert TemplateSettings.model_validate({**read.settings, "file": "vl4.toml"}).levels == {"hall": -12}


def test_the_readme_names_every_key_checksum_and_deed_of_a_description():
    named = set(re.findall(r"`(\w[\w-]*)`", README)) | set(re.findall(r"`(\w+) =", README))
    keys = {key for model in (Description, Place, Deed, Refusal, States) for key in model.model_fields}
    assert keys | set(CHECKSUMS) <= named
    table = README.split("| deed |")[1].split("\n\n")[0]
    described = tomllib.loads(FILES["vl4.toml"])["deeds"].keys()
    assert described <= set(re.findall(r"^\| `(\w+)` \|", table, re.M))


def test_the_wire_cost_of_the_readme_is_that_of_the_how_to():
    paper = Description.parse(FILES["vl4.toml"])
    values = {"address": 1, "zone": 3, "on": "on", "firmware": "2.10"}
    rows = {"ping": "ping", "one zone, acknowledged": "zone", "one zone, read": "read_zone"}
    for words, deed in rows.items():
        sizes = [len(frame.to_bytes(values)) for frame in (paper.request(deed), paper.answer(deed))]
        row = f"| {words} | {sizes[0]} + {sizes[1]} | {sum(sizes) / 0.96:.0f} ms |"
        assert row in README
