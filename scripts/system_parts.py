"""What some tests need from Debian: installed if we may, else named. With CI=true a missing part is a failure.

The tests that need a part carry its marker and are skipped, with the reason, where it is missing (tests/conftest.py).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SBIN = "/usr/sbin:/usr/local/sbin"
FONTS = "usr/share/fonts"


@dataclass(frozen=True, slots=True)
class Part:
    """A Debian package, how to tell that it is here, and what is not tested without it."""

    package: str
    programs: tuple[str, ...] = ()
    files: tuple[str, ...] = ()  # patterns of paths, below the root
    without: str = ""

    def here(self) -> bool:
        """Whether one of its signs is found."""
        path = f"{os.environ.get('PATH', '')}:{SBIN}"
        return any(shutil.which(name, path=path) for name in self.programs) or any(
            next(Path("/").glob(pattern), None) for pattern in self.files
        )


PARTS = (
    Part("mosquitto", programs=("mosquitto",), without="the journeys on a second broker"),
    Part("pulseaudio", programs=("pulseaudio",), without="the sound process with a real sound server"),
    Part("pulseaudio-utils", programs=("paplay",), without="the sound process with a real sound server"),
    Part("alsa-utils", programs=("aplay",), without="the sound process through ALSA"),
    Part(
        "libasound2-plugins",
        files=("usr/share/alsa/alsa.conf.d/50-pulseaudio.conf",),
        without="the sound process through ALSA",
    ),
    Part("postgresql", files=("usr/lib/postgresql/*/bin/postgres",), without="the controller on PostgreSQL"),
    Part("chromium", programs=("chromium", "chromium-browser", "google-chrome"), without="the journeys in a browser"),
    Part("fonts-noto-core", files=(f"{FONTS}/**/NotoSans-Regular.*",), without="Vietnamese in the browser's pictures"),
    Part(
        "fonts-unifont",
        files=(f"{FONTS}/**/unifont*",),
        without="Chinese in the browser's pictures, the rebuild of packs",
    ),
    Part("fonts-noto-cjk", files=(f"{FONTS}/**/NotoSansCJK-*",), without="the rebuild of the Chinese glyph packs"),
)


def missing() -> list[Part]:
    """The parts that are not here."""
    return [part for part in PARTS if not part.here()]


def install(parts: list[Part]) -> None:
    """Ask Debian's package tool, quietly; what it cannot do shows afterwards."""
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *(part.package for part in parts)]):
        subprocess.run(["apt-get", "-qq", *command], env=env, timeout=600, check=False, **quiet)  # type: ignore[call-overload]


def main() -> int:
    """Install or name what is missing; 1 if that must not be."""
    lacking = missing()
    if lacking and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"gatecast: installing {', '.join(part.package for part in lacking)}", flush=True)
        try:
            install(lacking)
        except subprocess.TimeoutExpired:
            print("gatecast: apt-get took longer than ten minutes", file=sys.stderr)
        lacking = missing()
    for part in lacking:
        print(f"gatecast: {part.package} is not installed: not tested are {part.without}", file=sys.stderr)
    return 1 if lacking and os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    raise SystemExit(main())
