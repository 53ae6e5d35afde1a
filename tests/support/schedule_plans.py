"""Plans to try a schedule with: small ones by hand, random ones by hypothesis."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from schedules.claims import Event, Share, Tongues
from schedules.hours import DayHours, DayList, Hours, Mourning, OpenDays, Quiet, Relative
from schedules.model import Alert, ContentRef, Item, Plan, Playlist, Priority, Rule, Window
from schedules.recurrence import Recurrence

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
DEVICE = "chi-ma/board-1"
# Days at which calendars go wrong: Tết 2026, a leap day, the end of a year, the end of a month.
DAYS = [datetime(2026, 2, 15), datetime(2028, 2, 28), datetime(2026, 12, 30), datetime(2026, 4, 29)]  # noqa: DTZ001
PRIORITIES = [Priority.NORMAL, Priority.EVENT, Priority.PRIORITY]


def hanoi(text: str) -> datetime:
    """Read "2026-02-18 09:00" as a clock in Hà Nội shows it."""
    return datetime.fromisoformat(text).replace(tzinfo=HANOI)


def content(seconds: float, language: str = "vi", mark: str = "a") -> ContentRef:
    """Pages of one language."""
    return ContentRef(sha256=mark * 64, kind="pages", language=language, size=100, seconds=seconds)


def item(*seconds: float, message: str = "m", whole: float | None = None) -> Item:
    """One message whose contents take so long, in Vietnamese, Chinese and English."""
    spoken = zip(seconds or (10.0,), ("vi", "zh-Hans", "en"), strict=False)
    contents = tuple(content(each, language) for each, language in spoken)
    return Item(message=message, version=1, digest="d" * 64, title=message.title(), contents=contents, seconds=whole)


def rule(name: str, *windows: str, **facts: object) -> Rule:
    """A rule such as rule("opening", "07:00-17:00", weekdays=(5,))."""
    spans = tuple(Window.of(*each.split("-")) for each in (windows or ("00:00-24:00",)))
    return Rule(**{"id": name, "playlist": "p", "targets": (DEVICE,), "windows": spans, **facts})


def plan(*rules: Rule, seconds: float = 10.0, **facts: object) -> Plan:
    """A plan whose one playlist takes `seconds`."""
    lists = (Playlist(id="p", items=(item(seconds),)),)
    issued = hanoi("2026-01-01 00:00")
    return Plan(**{"device": DEVICE, "revision": 1, "issued": issued, "playlists": lists, "rules": rules, **facts})


def alert(name: str, starts: str, until: str, **facts: object) -> Alert:
    """An alert with text, unless it is blank-all."""
    shown = None if facts.get("priority") is Priority.BLANK else item(message="fire")
    given = {"id": name, "revision": 1, "starts": hanoi(starts), "until": hanoi(until), "item": shown}
    return Alert(**{**given, **facts})


@st.composite
def windows(draw: st.DrawFn, step: int = 15) -> Window:
    """A window on a grid of minutes, often at the ends of the day."""
    grid = st.sampled_from([0, 1439, 1410]) | st.integers(0, 1439 // step).map(lambda n: n * step)
    start = draw(grid)
    end = draw((grid | st.just(1440)).filter(lambda minute: minute not in (0, start)))
    return Window(start=start, end=end)


@st.composite
def rules(draw: st.DrawFn, name: str, day: datetime, step: int = 15) -> Rule:
    """A rule that has something to do about `day`."""
    moments = st.none() | st.integers(-48 * 60, 96 * 60).map(
        lambda minutes: day.replace(tzinfo=HANOI) + timedelta(minutes=minutes - minutes % step)
    )
    starts, ends = draw(moments), draw(moments)
    if starts and ends and starts >= ends:
        starts, ends = ends, starts + timedelta(minutes=step)
    loop = draw(st.booleans())
    return Rule(
        id=name,
        playlist=draw(st.sampled_from(["short", "long"])),
        targets=(DEVICE,),
        priority=draw(st.sampled_from(PRIORITIES)),
        weekdays=tuple(draw(st.sets(st.integers(1, 7), min_size=1))),
        windows=tuple(draw(st.lists(windows(step), min_size=1, max_size=3))),
        starts=starts,
        ends=ends,
        loop=loop,
        every=None if loop else draw(st.none() | st.sampled_from([step, 20 if step > 1 else 7, 50, 600])),
    )


@st.composite
def plans(draw: st.DrawFn, day: datetime, step: int = 15, zone: str = "Asia/Ho_Chi_Minh") -> Plan:
    """A plan of up to five rules; whole minutes if the playlists are left as they are."""
    some = tuple(draw(rules(name, day, step)) for name in "abcde"[: draw(st.integers(0, 5))])
    short = Playlist(id="short", items=(item(40.0, 20.0),))
    long = Playlist(id="long", items=(item(1_500.0, 2_000.0, whole=3_000.0), item(560.0)), lead=20, gap=20)
    fallback = item(message="welcome") if draw(st.booleans()) else None
    return plan(*some, playlists=(short, long), fallback=fallback, zone=zone)


def _days_about(day: datetime) -> st.SearchStrategy[date]:
    return st.integers(-3, 6).map(lambda ahead: day.date() + timedelta(days=ahead))


def _moments_about(day: datetime) -> st.SearchStrategy[datetime]:
    return st.integers(-48, 120).map(lambda hours: day.replace(tzinfo=HANOI) + timedelta(hours=hours))


@st.composite
def _calendar_of_a_rule(draw: st.DrawFn, plain: Rule, day: datetime) -> Rule:
    """The rule with some of what calendars can do to it."""
    facts: dict[str, object] = {}
    kinds = draw(st.sets(st.sampled_from(["exceptions", "recurrence", "only_on", "not_on", "relative", "minutes"])))
    if "exceptions" in kinds:
        dates = draw(st.sets(_days_about(day), min_size=1, max_size=3))
        facts["exceptions"] = tuple(
            DayHours(day=each, windows=tuple(draw(st.lists(windows(), max_size=2)))) for each in sorted(dates)
        )
    if "recurrence" in kinds:
        text = draw(st.sampled_from(["FREQ=DAILY;INTERVAL=2", "FREQ=WEEKLY;INTERVAL=2", "FREQ=DAILY;COUNT=5"]))
        facts["recurrence"] = Recurrence(start=draw(_days_about(day)), rule=text)
    facts |= dict.fromkeys(kinds & {"only_on", "not_on"}, ("list",))
    if "relative" in kinds:
        state = draw(st.sampled_from(["open", "closed"]))
        facts["relative"] = Relative(hours="gate", state=state, start_offset=draw(st.sampled_from([-30, 0, 30])))
    if "minutes" in kinds and not plain.loop:
        facts |= {"minutes": (5, 35), "every": None}
    if not plain.loop and draw(st.integers(0, 2)) == 0:
        facts |= {"minutes": (), "every": None, "share": Share(seconds=draw(st.sampled_from([360, 1_800])), per=60)}
    facts["event"] = draw(st.sampled_from([None, None, "visit"]))
    return plain.model_copy(update={**facts, "in_quiet": draw(st.sampled_from(["hold", "drop"]))})


@st.composite
def rich_plans(draw: st.DrawFn, day: datetime, zone: str = "Asia/Ho_Chi_Minh") -> Plan:
    """A plan with recurrences, exceptions, opening hours, mourning, quiet hours and items with an end."""
    base = draw(plans(day, zone=zone))
    some = tuple(draw(_calendar_of_a_rule(one, day)) for one in base.rules)
    lists = tuple(
        one.model_copy(update={"items": tuple(draw(_item_with_an_end(each, day)) for each in one.items)})
        for one in base.playlists
    )
    opens = OpenDays(windows=tuple(draw(st.lists(windows(), min_size=1, max_size=2))))
    exceptions = tuple(DayHours(day=each) for each in sorted(draw(st.sets(_days_about(day), max_size=2))))
    facts = {
        "rules": some,
        "playlists": lists,
        "fallback": draw(st.none() | _item_with_an_end(item(message="welcome"), day)),
        "hours": (Hours(id="gate", weekly=(opens,), exceptions=exceptions),),
        "days": (
            DayList(id="list", days=tuple(draw(st.sets(_days_about(day), max_size=5))), through=date(2040, 1, 1)),
        ),
        "quiet": tuple(
            Quiet(windows=(window,), passes=draw(st.sampled_from(["event", "priority", "none"])))
            for window in draw(st.lists(windows(), max_size=1))
        ),
        "events": tuple(
            Event(id="visit", starts=starts, until=starts + timedelta(hours=draw(st.integers(1, 40))))
            for starts in [draw(_moments_about(day))]
        ),
        "tongues": tuple(
            Tongues(languages=draw(st.sampled_from([("en",), ("en", "vi"), ("zh-Hans",)])), windows=(window,))
            for window in draw(st.lists(windows(), max_size=2))
        ),
        "mournings": tuple(
            Mourning(id="m", starts=starts, until=starts + timedelta(hours=30), mutes=("music",))
            for starts in draw(st.lists(_moments_about(day), max_size=1))
        ),
    }
    return Plan.model_validate(base.model_copy(update=facts).model_dump())


@st.composite
def _item_with_an_end(draw: st.DrawFn, plain: Item, day: datetime) -> Item:
    starts, until = draw(st.none() | _moments_about(day)), draw(st.none() | _moments_about(day))
    if starts and until and starts >= until:
        starts = None
    return plain.model_copy(update={"starts": starts, "until": until, "tags": draw(st.sampled_from([(), ("music",)]))})
