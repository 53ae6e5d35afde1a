"""The demo's folder: what is wrong with it is said in one sentence, and a demo holds it alone."""

from __future__ import annotations

import errno
import os
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from controller.demo.place import DemoError, take
from controller.demo.supervise import demo

Usage = namedtuple("Usage", "total used free")


def test_the_folder_is_made_and_held_by_one_at_a_time(tmp_path: Path) -> None:
    place, lock = take(tmp_path / "var/demo")
    with lock:
        assert place.sim.is_dir()
        with pytest.raises(DemoError, match=rf"already runs in .*demo \(process {os.getpid()}\)"):
            take(tmp_path / "var/demo")
    take(tmp_path / "var/demo")[1].close()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file stands in the way")
    with pytest.raises(DemoError, match=r"the folder .*var/demo cannot be written: Not a directory"):
        take(tmp_path / "var/demo")


def test_a_full_disk_is_named_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**12, 10**12, 3_000_000))
    with pytest.raises(DemoError, match=r"is full: 400 MB are needed, 3 MB are free"):
        take(tmp_path / "var/demo")


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "the disk of .* is full"), (errno.EROFS, "cannot be written: Read-only file system")],
    ids=["full disk", "read-only disk"],
)
def test_a_disk_that_takes_nothing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def refuse(_path: Path, _data: bytes) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(DemoError, match=words):
        take(tmp_path / "var/demo")


@pytest.mark.parametrize("port", ["eighty", "0", "70000", "-1"])
def test_a_port_that_is_none_is_refused_before_anything_is_made(tmp_path: Path, port: str) -> None:
    with pytest.raises(DemoError, match="GATECAST_PORT is a port number"):
        demo(tmp_path / "var/demo", {"GATECAST_PORT": port}, lambda _words: None)
    assert list(tmp_path.iterdir()) == []
