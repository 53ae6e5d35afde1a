"""An agent without TLS does without OpenSSL; one with TLS keeps it."""

import subprocess
import sys

import pytest

from devices.cli.run_command import _speaks_tls

SCRIPT = """
from devices.agent.lean import give_back, one_heap, without_openssl
without_openssl()
one_heap()
import asyncio, hashlib, sys
import devices.agent.app, devices.drivers.onbon_bx, devices.links.opening
assert asyncio.run(asyncio.sleep(0, "the loop runs")) == "the loop runs"
give_back()
print(sys.modules["ssl"], hashlib.sha256(b"abc").hexdigest())
"""


def test_an_agent_without_tls_imports_and_hashes_without_openssl():
    run = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    # SHA-256 of "abc": FIPS 180-2, appendix B.1
    assert run.stdout.split() == ["None", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"], (
        run.stderr
    )


@pytest.mark.parametrize(
    ("text", "url", "tls"),
    [
        ('[controller]\nurl = "http://a"', None, False),
        ('[controller]\nurl = "https://a"', None, True),
        ('[controller]\nurl = "http://a"', "https://b", True),
        ("rubbish", None, False),
    ],
)
def test_the_controllers_address_says_whether_an_agent_speaks_tls(tmp_path, text, url, tls):
    config = tmp_path / "agent.toml"
    config.write_text(text)
    assert _speaks_tls(config, url) is tls
