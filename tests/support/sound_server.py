"""A PulseAudio server of the test's own, without hardware: null sinks that keep time, with monitors."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.support.sounding import wait_for


class SoundServer:
    """Started at once; what is started afterwards with this process's environment speaks to it."""

    def __init__(self, folder: Path) -> None:
        """Its socket lies in `folder`, and `folder` is its home."""
        self._folder = folder
        self.env = {
            "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "PULSE_SERVER": f"unix:{folder}/native",
        }  # fmt: skip
        self._child: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """With the sink "hall"."""
        socket = self._folder / "native"
        socket.unlink(missing_ok=True)
        command = [
            "pulseaudio",
            "-n",
            "--daemonize=no",
            "--exit-idle-time=-1",
            "--use-pid-file=no",
            "--disable-shm=yes",
        ]
        modules = (f"module-native-protocol-unix socket={socket} auth-anonymous=1", "module-null-sink sink_name=hall")
        self._child = subprocess.Popen(
            [*command, *(part for module in modules for part in ("-L", module))],
            env=os.environ | self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_for(lambda: "hall" in self.control("list", "short", "sinks"))

    def control(self, *words: str) -> str:
        """What pactl says."""
        done = subprocess.run(["pactl", *words], env=os.environ | self.env, capture_output=True, text=True, check=False)
        return done.stdout

    def take_away(self) -> None:
        """Unplug the sink."""
        self.control("unload-module", "module-null-sink")

    def give_back(self) -> None:
        """Plug it in again."""
        self.control("load-module", "module-null-sink", "sink_name=hall")

    def kill(self) -> None:
        """As the kernel does when memory is short."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            self._child = None
