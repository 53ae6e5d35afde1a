"""The tutorial is run as it is printed: its shell blocks, in order, against a province of real parts."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.province import a_province, eventually

pytestmark = pytest.mark.journey
TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial" / "first-notice.md"


@pytest.fixture
def province(tmp_path):
    with a_province(tmp_path, "chi-ma", "tan-thanh") as running:
        yield running


def script(port):
    """All bash blocks but the one that kills a broker by its name: other tests have brokers too."""
    blocks = re.findall(r"```bash\n(.*?)```", TUTORIAL.read_text(encoding="utf-8"), re.S)
    assert len(blocks) >= 6
    kept = [block for block in blocks if "kill -9" not in block]
    assert len(kept) == len(blocks) - 1
    return "set -eu\n" + "\n".join(kept).replace("127.0.0.1:8080", f"127.0.0.1:{port}")


def test_who_follows_the_tutorial_sees_the_notice_on_the_board(province, tmp_path):
    run = subprocess.run(
        ["bash", "-c", script(province.port)], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr + run.stdout
    message = province.call("kiemtra", "GET", "messages")
    found = (message["messages"] if isinstance(message, dict) else message)[0]
    assert found["title"] == "Bãi số 2"
    assert found["state"] == "approved"
    pages = {page.planes for each in province.pages_of(found["id"], "192x64:rg").values() for page in each}
    board = province.simulated["chi-ma"].board("board-1")
    eventually(lambda: board.page().planes in pages, what="the notice, after the alert has ended")
    assert '"waiting"' in run.stdout
