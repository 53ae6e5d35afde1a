"""An agent without TLS does without OpenSSL; one with TLS keeps it."""

import asyncio
import subprocess
import sys

import pytest

from controller.broker.users import controller_user
from devices.cli.run_command import _speaks_tls
from tests.support.brokers import Nats, free_port

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


PEER = """
from devices.agent.lean import without_openssl
without_openssl()
import asyncio, logging, sys
from devices.broker import BrokerSettings, MqttSession
logging.basicConfig(level="WARNING", stream=sys.stdout)

async def nothing(topic, payload):
    return None

async def main():
    session = MqttSession(BrokerSettings(host="127.0.0.1", port=int(sys.argv[1]), username=sys.argv[2], password=sys.argv[3],
                                         client_id="lean", keepalive=1), subscriptions=(), on_message=nothing)
    task = asyncio.create_task(session.run())
    while not session.connected:
        await asyncio.sleep(0.01)
    connection = session._line
    for _ in range(20):
        connection._read()  # there is nothing to read
        await asyncio.sleep(0.05)
    print("still connected" if session.connected and session._line is connection else "lost")
    task.cancel()

asyncio.run(main())
"""


@pytest.mark.journey
async def test_without_openssl_a_connection_survives_reads_that_find_nothing(tmp_path):
    broker = Nats(tmp_path, free_port())
    await broker.start([controller_user("secret")])
    try:
        command = [sys.executable, "-c", PEER, str(broker.port), controller_user("secret").name, "secret"]
        run = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False, timeout=30)
    finally:
        await broker.stop()
    assert run.stdout.strip() == "still connected", run.stdout + run.stderr


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
