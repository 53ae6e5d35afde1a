"""Links over real pseudo-terminals and sockets: bytes arrive as sent, and every loss is a LinkError."""

import os
import pty
import socket
import threading
import tty

import pytest
import serial

from devices.errors import LinkError, LinkLostError, SettingsError
from devices.links import open_link
from devices.links.line import LineSettings
from devices.links.serial import SerialLink
from devices.links.tcp import TcpLink
from devices.simulators.pty import PtyEnd


@pytest.fixture
def terminal():
    """The device's end of a pseudo-terminal, and the path of ours."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    path = os.ttyname(theirs)
    os.close(theirs)
    yield ours, path
    try:
        os.close(ours)
    except OSError:
        return  # the test hung up


@pytest.fixture
def server():
    """A listening socket on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)
        yield listening


def accepted(server: socket.socket) -> tuple[TcpLink, socket.socket]:
    link = open_link(f"tcp:127.0.0.1:{server.getsockname()[1]}")
    assert isinstance(link, TcpLink)
    peer, _ = server.accept()
    return link, peer


def test_a_serial_link_carries_every_byte_value_both_ways(terminal):
    device, path = terminal
    link = open_link(f"serial:{path}", baud=57600)
    everything = bytes(range(256))
    link.send(everything)
    assert os.read(device, 1000) == everything
    os.write(device, everything[::-1])
    got = b""
    while len(got) < 256:
        got += link.receive(2)
    assert got == everything[::-1]
    link.close()
    link.close()


def test_a_silent_serial_line_gives_nothing_after_the_wait(terminal):
    _, path = terminal
    link = SerialLink(path, LineSettings(baud=57600))
    assert link.receive(0.01) == b""
    link.close()


def test_discarded_bytes_are_gone(terminal):
    device, path = terminal
    link = SerialLink(path, LineSettings())
    os.write(device, b"old")
    link.receive(1)
    os.write(device, b"older")
    while not link._port.in_waiting:
        pass
    link.discard()
    assert link.receive(0.01) == b""
    link.close()


def test_a_line_of_seven_bits_and_parity_works_as_nothing_is_changed_after_opening(terminal):
    device, path = terminal
    link = SerialLink(path, LineSettings(bits=7, parity="E"))
    link.send(b"hello")
    assert os.read(device, 100) == b"hello"
    assert link.receive(0.01) == b""
    link.close()


def test_a_port_is_ours_alone(terminal):
    _, path = terminal
    link = SerialLink(path, LineSettings())
    with pytest.raises(LinkError, match="another program holds it"):
        SerialLink(path, LineSettings())
    link.close()


def test_a_port_that_is_not_there_is_a_link_error():
    with pytest.raises(LinkError, match="/dev/no-such-port"):
        open_link("/dev/no-such-port")


def test_a_port_unplugged_while_open_is_a_lost_link_in_every_call(terminal):
    device, path = terminal
    link = SerialLink(path, LineSettings())
    os.close(device)
    with pytest.raises(LinkLostError):
        link.receive(0.5)
    with pytest.raises(LinkLostError):
        link.send(b"x")
    with pytest.raises(LinkLostError):
        link.discard()
    link.close()


def test_a_port_that_takes_no_bytes_is_lost_and_not_waited_for_ever(terminal, monkeypatch):
    _, path = terminal
    monkeypatch.setattr("devices.links.serial.WRITE_GRACE", 0.05)
    link = SerialLink(path, LineSettings(baud=4_000_000))
    with pytest.raises(LinkLostError):
        link.send(bytes(1_000_000))
    link.close()


def test_a_tcp_link_carries_bytes_both_ways(server):
    link, peer = accepted(server)
    link.send(b"ping")
    assert peer.recv(100) == b"ping"
    peer.sendall(b"pong")
    assert link.receive(2) == b"pong"
    assert link.receive(0.01) == b""
    peer.close()
    link.close()


def test_a_tcp_peer_that_hangs_up_is_a_lost_link(server):
    link, peer = accepted(server)
    peer.close()
    with pytest.raises(LinkLostError, match="hung up"):
        link.receive(2)
    link.close()


def test_discarding_on_tcp_drops_all_that_has_come(server):
    link, peer = accepted(server)
    peer.sendall(bytes(10_000))
    assert link.receive(2)
    peer.sendall(b"x")
    threading.Event().wait(0.01)
    link.discard()
    assert link.receive(0) == b""
    peer.close()
    link.close()


def test_discarding_ends_though_the_peer_never_stops(server):
    link, peer = accepted(server)
    peer.settimeout(0.2)
    stop = threading.Event()

    def babble() -> None:
        while not stop.is_set():
            try:
                peer.sendall(bytes(65536))
            except OSError:
                return

    thread = threading.Thread(target=babble)
    thread.start()
    link.receive(2)
    link.discard()
    stop.set()
    link.close()
    thread.join(5)
    peer.close()
    assert not thread.is_alive()


def test_nobody_listening_is_a_link_error(server):
    port = server.getsockname()[1]
    server.close()
    with pytest.raises(LinkError):
        open_link(f"tcp:127.0.0.1:{port}")


@pytest.mark.parametrize("text", ["", "COM1", "tcp:host", "tcp::5", "udp:host:1", "serial:ttyUSB0"])
def test_a_link_written_otherwise_is_a_settings_error(text):
    with pytest.raises(SettingsError, match="a link is written"):
        open_link(text)


def test_a_line_that_cannot_be_is_a_settings_error():
    with pytest.raises(SettingsError):
        open_link("/dev/null", baud=1)


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        (LineSettings(baud=9600), 960 * 10 / 9600),
        (LineSettings(baud=57600), 960 * 10 / 57600),
        (LineSettings(baud=9600, parity="E"), 960 * 11 / 9600),
        (LineSettings(baud=9600, bits=7, parity="E"), 960 * 10 / 9600),
    ],
    ids=["9600 8N1", "57600 8N1", "9600 8E1", "9600 7E1"],
)
def test_a_line_knows_how_long_bytes_take(line, seconds):
    assert line.seconds(960) == pytest.approx(seconds)


def test_a_line_that_cannot_be_turned_round_by_rts_says_so_and_gives_the_port_back(tmp_path):
    end = PtyEnd(tmp_path / "line")
    try:
        with pytest.raises(LinkError, match="cannot turn the line round by RTS"):
            open_link(str(tmp_path / "line"), rts=True)
        open_link(str(tmp_path / "line")).close()  # nothing of it is held
    finally:
        end.close()


def test_rts_is_asked_of_the_driver_high_to_send_and_low_to_listen(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(serial.Serial, "rs485_mode", property(lambda _: None, lambda _, mode: asked.append(mode)))
    end = PtyEnd(tmp_path / "line")
    try:
        open_link(str(tmp_path / "line"), rts=True).close()
    finally:
        end.close()
    assert [(mode.rts_level_for_tx, mode.rts_level_for_rx) for mode in asked] == [(True, False)]
