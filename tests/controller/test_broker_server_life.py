"""The embedded broker as a child: it begins, says clearly when it cannot, and never stays behind."""

from __future__ import annotations

import asyncio
import socket
import stat
from pathlib import Path

import psutil
import pytest

from controller.broker.mosquitto_config import password_line
from controller.broker.nats_config import nats_config, subject
from controller.broker.server import BrokerError, BrokerServer
from controller.broker.users import BrokerUser, Passwords, controller_user
from tests.support.brokers import free_port

USER = controller_user("secret")


@pytest.mark.journey
async def test_a_port_in_use_is_said_in_one_sentence_and_nothing_is_left_running(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        broker = BrokerServer(tmp_path, taken.getsockname()[1])
        with pytest.raises(BrokerError, match="cannot have port"):
            await broker.start([USER])
    assert broker.pid is None


@pytest.mark.journey
async def test_a_stopped_broker_is_gone_and_its_files_are_its_owners_only(tmp_path: Path) -> None:
    broker = BrokerServer(tmp_path, free_port())
    await broker.start([USER])
    pid = broker.pid
    await broker.stop()
    assert pid is not None
    assert not psutil.pid_exists(pid)
    assert stat.S_IMODE((tmp_path / "nats.conf").stat().st_mode) == 0o600


@pytest.mark.journey
async def test_a_config_it_cannot_read_is_told_with_its_own_words(tmp_path: Path) -> None:
    broken = BrokerUser(name="a", password="b", publish=("two words",), subscribe=("a/#/b",))
    with pytest.raises(BrokerError, match=r"ended at once: .+ubject"):
        await BrokerServer(tmp_path, free_port()).start([broken])


def test_filters_are_written_in_the_brokers_own_spelling() -> None:
    assert subject("gatecast/v1/+/alert/#") == "gatecast.v1.*.alert.>"
    with pytest.raises(ValueError, match="dot"):
        subject("gate.cast/v1")


def test_the_config_quotes_what_people_chose(tmp_path: Path) -> None:
    user = BrokerUser(name='a"b', password='"}', publish=(), subscribe=())
    text = nats_config([user], port=1883, store=tmp_path / 'x"y', log=tmp_path)
    assert 'ack_wait: "4s"' in text
    assert r'user: "a\"b", password: "\"}"' in text
    assert r"x\"y" in text


def test_passwords_are_made_once_kept_and_renewed(tmp_path: Path) -> None:
    path = tmp_path / "passwords.json"
    first = Passwords(path).of("controller")
    assert len(first) >= 43
    assert Passwords(path).of("controller") == first
    assert Passwords(path).of("chi-ma/agent") != first
    assert Passwords(path).renew("controller") != first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_password_line_has_the_form_mosquitto_passwd_writes() -> None:
    line = password_line(BrokerUser("controller", "secret", (), ()), salt=b"twelve bytes")
    name, _, rest = line.strip().partition(":")
    assert name == "controller"
    assert rest.startswith("$7$101$dHdlbHZlIGJ5dGVz$")


@pytest.mark.journey
async def test_a_broker_killed_while_it_starts_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker, killed = BrokerServer(tmp_path, free_port()), []
    listening = BrokerServer._listening

    async def shot_at_birth(self: BrokerServer, child: asyncio.subprocess.Process) -> None:
        if len(killed) < 2:
            killed.append(child.pid)
            child.kill()
            await child.wait()
        await listening(self, child)

    monkeypatch.setattr(BrokerServer, "_listening", shot_at_birth)
    await broker.start([USER])
    assert broker.pid not in (None, *killed)
    assert len(killed) == 2
    await broker.stop()
