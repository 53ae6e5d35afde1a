"""`gatecast-agent try`: one thing to one device, straight down the line; says what came back and how long the line took."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from devices.cli.flash import MANY, USUAL, FlashLedger
from devices.drivers.registry import Driver, known_drivers, load_driver
from devices.errors import DeviceError, SettingsError
from devices.links import open_link
from devices.links.line import LineSettings
from devices.links.trace import TraceLink
from devices.ports import Board, ClipPlayer, Identity, Link, Panel, PanelMode, Reporting, Speaker, StageBoard
from devices.profiles.board import BoardShape
from devices.rendering.page import Page, Strip, blank_page
from devices.rendering.reading import Reader
from devices.rendering.render import render
from devices.rendering.scene import Scene, whole
from devices.rendering.strip import scroll

FAILED, MISUSED = 1, 2
LONGEST_CLIP = 120.0  # seconds a technician waits for the end of a clip
FIRST_ADDRESS = 1  # how cards come out of the box
EIGHT_ZONES = {str(number): number - 1 for number in range(1, 9)}  # as relay boards are printed: 1 is coil 0
WORDS = """COMMAND is one of
  ping              ask who is there
  status            all the device tells of itself
  show TEXT         draw the text and put its page on the lamps   (boards)
                    send the words; the card draws them           (font cards)
  scroll TEXT       let one line of text run over the lamps       (boards whose card can)
  blank             all lamps dark                                (boards, font cards)
  brightness N      0 to 100 percent                              (boards, panels)
  zones 1,3 on      exactly these zones hear, all others are shut (loudspeakers)
  zones 1,3 off     shut these, leave the others                  (loudspeakers)
  zones all off     shut all zones and the power                  (loudspeakers)
  read              zones and contact inputs as the device says   (loudspeakers)
  mode MODE         normal, black or frozen                       (panels)
  store             keep the settings over a power cut; counted   (panels)
  play CLIP         play a stored clip and wait for its end       (clip players)
  volume N          0 to 100 percent                              (clip players)
  stop              silence                                       (clip players)"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The words of this command."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = WORDS
    add = parser.add_argument
    add("--link", required=True, help='"/dev/serial/by-id/..." or "tcp:HOST:PORT"')
    add("--driver", required=True, help=f"one of: {', '.join(known_drivers())}")
    add("--address", type=int, help="of the device on its line; default: 1")
    add("--board", metavar="192x64:rg", help="size and colours of a board")
    add("--zones", type=_pairs, metavar="NAME=COIL,...", help="zones and their coils, from 0; without it 1 to 8")
    add("--set", action="append", default=[], metavar="KEY=VALUE", help="any other setting of the driver")
    add("--baud", type=int, help="of a serial line; without it the driver's usual one")
    add("--bits", type=int, choices=(7, 8), default=8, help="data bits of a character")
    add("--parity", choices=("N", "E", "O"), default="N")
    add("--echo", action="store_true", help="the adapter hears its own bytes")
    add("--lang", default="vi", help="language of the text to show")
    add("--page", type=int, default=1, help="which page of a long text to show")
    add("--hex", action="store_true", help="print every byte sent and received, with its time")
    add("--ledger", type=Path, metavar="FILE", help=f"counts writes into flash; without it ~/{USUAL}")
    add("words", nargs="+", metavar="COMMAND")


def run(args: argparse.Namespace) -> int:
    """Do it; the exit code."""
    try:
        driver = load_driver(args.driver)
        settings = driver.settings.model_validate(_settings(args, driver))
        line = LineSettings(baud=args.baud or driver.baud, bits=args.bits, parity=args.parity)
        deed = _deed(args.words, driver, getattr(settings, "shape", None), args)
    except ValidationError as exc:
        return _say_why(_in_words(exc), MISUSED)
    except SettingsError as exc:
        return _say_why(str(exc), MISUSED)
    try:
        link = Meter(_link(args, line))
    except DeviceError as exc:
        return _say_why(str(exc), FAILED)
    try:
        print("\n".join(deed(driver.open(link, settings))))
    except DeviceError as exc:
        return _say_why(str(exc), FAILED)
    finally:
        print(link.bill(line))
        link.close()
    return 0


Deed = Callable[[Any], list[str]]


@dataclass(eq=False)
class Meter:
    """A link that counts what passes and how long it took."""

    link: Link
    sent: int = 0
    received: int = 0
    first: float | None = None
    last: float = 0.0

    def send(self, data: bytes) -> None:
        """Count and pass on."""
        self.first = time.monotonic() if self.first is None else self.first
        self.sent += len(data)
        self.link.send(data)
        self.last = time.monotonic()

    def receive(self, timeout: float) -> bytes:
        """Pass on and count."""
        data = self.link.receive(timeout)
        self.received += len(data)
        self.last = time.monotonic() if data else self.last
        return data

    def discard(self) -> None:
        """Pass on."""
        self.link.discard()

    def close(self) -> None:
        """Pass on."""
        self.link.close()

    def bill(self, line: LineSettings) -> str:
        """What passed, how long the bytes alone take on this line, and from the first byte to the last as measured."""
        predicted = line.seconds(self.sent + self.received)
        return f"line: {self.sent} bytes out, {self.received} in; predicted {predicted:.3f} s, took {self.took:.3f} s"

    @property
    def took(self) -> float:
        """Seconds from the first byte sent to the last that moved."""
        return self.last - self.first if self.first is not None else 0.0


def _link(args: argparse.Namespace, line: LineSettings) -> Link:
    link = open_link(args.link, baud=line.baud, bits=line.bits, parity=line.parity, echo=args.echo)
    return TraceLink(link, sys.stdout.write, lambda: datetime.now(UTC)) if args.hex else link


def _settings(args: argparse.Namespace, driver: Driver) -> dict[str, Any]:
    """The driver's settings from the words given; what it does not know it will refuse itself."""
    given = {"address": args.address, "shape": args.board, "zones": args.zones}
    field = driver.settings.model_fields.get("address")
    if args.address is None and field is not None and field.is_required():
        given["address"] = FIRST_ADDRESS
    if driver.name == "modbus_relay" and args.zones is None:
        given["zones"] = EIGHT_ZONES
    if args.baud and "baud" in driver.settings.model_fields:
        given["baud"] = args.baud
    extra = dict(_setting(text) for text in args.set)
    return {key: value for key, value in given.items() if value is not None} | extra


def _setting(text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not equals:
        raise SettingsError(f'a setting is written KEY=VALUE, not "{text}"')
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value


def _pairs(text: str) -> dict[str, int]:
    try:
        return {name: int(coil) for name, coil in (pair.split("=") for pair in text.split(","))}
    except ValueError as exc:
        raise argparse.ArgumentTypeError(f'zones are written "hall=0,yard=1", not "{text}"') from exc


def _deed(words: list[str], driver: Driver, shape: BoardShape | None, args: argparse.Namespace) -> Deed:
    """What the command words ask for, checked before the line is touched."""
    verb, *rest = words
    if (verb, rest) == ("ping", []):
        return lambda device: [_identity(device.identify())]
    if driver.kind == "board":
        return _board_deed(verb, rest, shape, args)
    if driver.kind == "panel" and (verb, rest) == ("store", []):
        ledger, device = FlashLedger(args.ledger or Path.home() / USUAL), f"{args.driver} on {args.link}"
        return lambda panel: _stored(panel, ledger, device)
    deeds = {"player": _player_deed, "panel": _panel_deed, "speaker": _speaker_deed, "text": _text_deed}
    return deeds[driver.kind](verb, rest)


def _board_deed(verb: str, rest: list[str], shape: BoardShape | None, args: argparse.Namespace) -> Deed:
    def showing(page: Page, what: str) -> Deed:
        return lambda board: [f"{what}: {board.show(page).value}"]

    match verb, rest:
        case "status", []:
            return _told
        case "show", [_, *_] if shape:
            page, note = _page(" ".join(rest), args.lang, shape, args.page)
            return showing(page, note)
        case "scroll", [_, *_] if shape:
            strip, note = _strip(" ".join(rest), args.lang, shape)
            return lambda board: [note, *_run(board, strip)]
        case "blank", []:
            return lambda board: [f"blank: {board.blank().value}"]
        case "brightness", [percent] if percent.isdecimal():
            return lambda board: [f"brightness {percent} %: {board.brightness(int(percent)).value}"]
    raise SettingsError(f'a board does not know "{" ".join([verb, *rest])}"\n{WORDS}')


def _text_deed(verb: str, rest: list[str]) -> Deed:
    match verb, rest:
        case "status", []:
            return lambda card: [_identity(card.identify())]
        case "show", [_, *_]:
            return lambda card: [f"text: {card.show_text(' '.join(rest)).value}"]
        case "blank", []:
            return lambda card: [f"blank: {card.blank().value}"]
    raise SettingsError(f'a font card does not know "{" ".join([verb, *rest])}"\n{WORDS}')


def _told(device: Board | Panel) -> list[str]:
    more = device.report() if isinstance(device, Reporting) else {}
    return [_identity(device.identify()), *(f"{name}: {value}" for name, value in more.items())]


def _speaker_deed(verb: str, rest: list[str]) -> Deed:
    match verb, rest:
        case "status" | "read", []:
            return _state
        case "zones", ["all", "off"] | ["off"]:
            return lambda speaker: _opened(speaker, frozenset())
        case "zones", [names, "on"]:
            return lambda speaker: _opened(speaker, frozenset(names.split(",")))
        case "zones", [names, "off"]:
            return lambda speaker: _opened(speaker, speaker.zones() - frozenset(names.split(",")))
    raise SettingsError(f'a loudspeaker does not know "{" ".join([verb, *rest])}"\n{WORDS}')


def _panel_deed(verb: str, rest: list[str]) -> Deed:
    match verb, rest:
        case "status", []:
            return _told
        case "mode", [mode] if mode in list(PanelMode):
            return lambda panel: [f"mode {mode}: {panel.mode(PanelMode(mode)).value}"]
        case "brightness", [percent] if percent.isdecimal():
            return lambda panel: [f"brightness {percent} %: {panel.brightness(int(percent)).value}"]
    raise SettingsError(f'a panel does not know "{" ".join([verb, *rest])}"\n{WORDS}')


def _stored(panel: Any, ledger: FlashLedger, device: str) -> list[str]:
    """Counted before it is done: a write that was not counted would be one too many."""
    now = datetime.now(UTC)
    ledger.allow(device, now)
    number = ledger.count(device, now)
    said = [f"stored: {panel.store().value}; write {number} to this flash"]
    return said + (["that is many: these cards promise some 10,000"] if number >= MANY else [])


def _player_deed(verb: str, rest: list[str]) -> Deed:
    match verb, rest:
        case "status", []:
            return lambda player: [_identity(player.identify())]
        case "play", [clip]:
            return lambda player: [f"{clip}: {player.play(clip).value}", _heard(player)]
        case "volume", [percent] if percent.isdecimal():
            return lambda player: [f"volume {percent} %: {player.volume(int(percent)).value}"]
        case "stop", []:
            return lambda player: [f"stop: {player.stop().value}"]
    raise SettingsError(f'a clip player does not know "{" ".join([verb, *rest])}"\n{WORDS}')


def _heard(player: ClipPlayer) -> str:
    ended = player.finished(LONGEST_CLIP)
    return f"{ended[0]}: ran to its end" if ended else f"no end was told within {LONGEST_CLIP:g} s"


def _opened(speaker: Speaker, zones: frozenset[str]) -> list[str]:
    return [f"zones open: {', '.join(sorted(zones)) or 'none'}: {speaker.open_zones(zones).value}"]


def _state(speaker: Speaker) -> list[str]:
    inputs = [f"input {name}: {'closed' if closed else 'open'}" for name, closed in sorted(speaker.inputs().items())]
    return [f"zones open: {', '.join(sorted(speaker.zones())) or 'none'}", *inputs]


def _page(text: str, language: str, shape: BoardShape, number: int) -> tuple[Page, str]:
    drawn = render(text, language, shape)
    remarks = [remark.text("en") for remark in drawn.findings]
    if drawn.file is None:
        raise SettingsError("\n".join(["this text cannot be drawn", *remarks]))
    pages = drawn.file.pages
    if not 1 <= number <= len(pages):
        raise SettingsError(f"the text has {len(pages)} pages, none is number {number}")
    return pages[number - 1], "\n".join([*remarks, f"page {number} of {len(pages)}"])


def _strip(text: str, language: str, shape: BoardShape) -> tuple[Strip, str]:
    drawn = scroll(text, language, shape, reader=Reader(audience="walker"))
    remarks = [remark.text("en") for remark in drawn.findings]
    if drawn.strip is None:
        raise SettingsError("\n".join(["this text cannot be drawn", *remarks]))
    said = f"one passage takes {drawn.strip.seconds:.1f} s; if the board takes another time, the driver's speed is not the card's"
    return drawn.strip, "\n".join([*remarks, said])


def _run(board: Board, strip: Strip) -> list[str]:
    area = whole(strip.shape)
    if not isinstance(board, StageBoard) or not board.scrolls(strip, area, ()):
        raise SettingsError("this board cannot let this text run by itself: an agent shows it in pages that stand")
    return [f"text: {board.stage(Scene(blank_page(strip.shape), (), {area: strip})).value}"]


def _identity(identity: Identity) -> str:
    size = f", {identity.width}x{identity.height}" if identity.width else ""
    firmware = f", firmware {identity.firmware}" if identity.firmware else ""
    return f"{identity.model}{firmware}{size} answers"


def _in_words(exc: ValidationError) -> str:
    return "\n".join(f"{'.'.join(map(str, error['loc'])) or 'settings'}: {error['msg']}" for error in exc.errors())


def _say_why(reason: str, code: int) -> int:
    print(f"gatecast-agent: {reason}", file=sys.stderr)
    return code
