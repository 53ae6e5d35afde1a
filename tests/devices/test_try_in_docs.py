"""Every `gatecast-agent try` line in the documents is one the command understands."""

import re
import shlex
from pathlib import Path

import pytest

from devices.cli import main
from devices.drivers.registry import known_drivers

DOCUMENTS = sorted([*Path("docs/how-to").glob("*.md"), *Path("devices/drivers").glob("*/README.md")])
LINES = [
    (path, line.strip())
    for path in DOCUMENTS
    for line in path.read_text(encoding="utf-8").splitlines()
    if (match := re.match(r" {4}gatecast-agent try .*--driver (\w+)", line)) and match[1] in known_drivers()
]


def test_there_are_lines_to_check():
    assert len(LINES) > 10


@pytest.mark.parametrize(
    ("path", "line"), LINES, ids=[f"{path.parent.name}-{at}" for at, (path, _) in enumerate(LINES)]
)
def test_the_words_make_sense_and_only_the_port_is_missing(path, line, capsys):
    words = shlex.split(line)[1:]
    words[words.index("--link") + 1] = "/dev/no-such-port"
    assert main(words) == 1, capsys.readouterr().err
    assert "/dev/no-such-port cannot be used: No such file or directory" in capsys.readouterr().err
