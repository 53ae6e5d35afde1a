"""Where a simulated line meets the host: a pseudo-terminal that outlives its users, or a TCP port."""

from __future__ import annotations

import contextlib
import os
import socket
import tty
from pathlib import Path
from typing import Protocol


class End(Protocol):
    """The host's side of a line. Never blocks."""

    where: str  # what an agent opens: a path, or HOST:PORT

    def fds(self) -> list[int]:
        """What to watch for reading."""

    def read(self, fd: int, limit: int) -> bytes:
        """What the host sent, at most `limit` bytes."""

    def write(self, data: bytes) -> None:
        """Give bytes to the host; what nobody takes is lost, as on a wire."""

    def close(self) -> None:
        """Give everything back."""


class PtyEnd:
    """A pseudo-terminal under a path that stays the same.

    Our own hold on its far side keeps it alive while agents come, go or are killed.
    """

    def __init__(self, path: Path | None = None) -> None:
        """`path` becomes a symlink to the terminal; without it the terminal's own name must do."""
        self._link = path
        self._near, self._far = os.openpty()
        try:
            tty.setraw(self._far)
            os.set_blocking(self._near, False)
            self._name = os.ttyname(self._far)
            self.where = str(path or self._name)
            if path:
                self._place(path)
        except OSError:
            self._drop()
            raise

    def _place(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_symlink():
            raise FileExistsError(f"{path} is there and is not a link: it is left alone")
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(self._name)
        fresh.replace(path)  # a link left by a simulator that was killed is replaced

    def fds(self) -> list[int]:
        """The near side."""
        return [self._near]

    def read(self, fd: int, limit: int) -> bytes:
        """What an agent wrote."""
        try:
            return os.read(fd, limit)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> None:
        """To whoever has the terminal open; a full terminal takes no more."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._near, data)

    def close(self) -> None:
        """Remove the link if it is still ours, and the terminal."""
        if self._link and self._link.is_symlink() and self._link.readlink() == Path(self._name):
            self._link.unlink()
        self._drop()

    def _drop(self) -> None:
        os.close(self._near)
        os.close(self._far)


class TcpEnd:
    """A TCP port with one user at a time: a new one takes over, as on a serial server."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Port 0 takes a free one; `where` says which."""
        self._door = socket.create_server((host, port))
        self._door.setblocking(False)
        self._user: socket.socket | None = None
        self.where = "{}:{}".format(*self._door.getsockname()[:2])

    def fds(self) -> list[int]:
        """The door, and the user if there is one."""
        return [self._door.fileno()] + ([self._user.fileno()] if self._user else [])

    def read(self, fd: int, limit: int) -> bytes:
        """Let a user in, or hear the one inside."""
        if fd == self._door.fileno():
            self._admit()
            return b""
        if not self._user or fd != self._user.fileno():
            return b""
        try:
            data = self._user.recv(limit)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self._dismiss()
        return data

    def write(self, data: bytes) -> None:
        """To the user, if there is one who listens."""
        if self._user:
            with contextlib.suppress(OSError):
                self._user.send(data)

    def close(self) -> None:
        """Send the user away and close the door."""
        self._dismiss()
        self._door.close()

    def _admit(self) -> None:
        try:
            user, _ = self._door.accept()
        except OSError:
            return
        self._dismiss()
        user.setblocking(False)
        user.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._user = user

    def _dismiss(self) -> None:
        if self._user:
            self._user.close()
            self._user = None
