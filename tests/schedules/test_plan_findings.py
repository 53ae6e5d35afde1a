"""What an operator should hear before a plan is published."""

from __future__ import annotations

from datetime import date, timedelta

from schedules.findings import MissingLanguage, TableEnds, missing_languages, never_due, tables_ending
from schedules.hours import DayList, Quiet
from schedules.model import Item, Playlist, Window
from schedules.recurrence import Recurrence
from tests.support.schedule_plans import content, hanoi, item, plan, rule

NOW = hanoi("2026-11-22 12:00")


def test_rules_that_will_never_be_due_are_named():
    never = Recurrence(start=date(2026, 1, 1), rule="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")
    some = plan(
        rule("a-over", ends=hanoi("2026-11-01 00:00")),
        rule("b-never", recurrence=never),
        rule("c-quiet", "22:00-23:00"),
        rule("d-soon", "22:00-23:00", priority="event"),
        rule("e-now", "07:00-17:00", ends=hanoi("2026-11-22 13:00")),
        quiet=(Quiet(windows=(Window.of("21:00", "06:00"),), passes="event"),),
    )
    assert never_due(some, NOW) == ("a-over", "b-never", "c-quiet")


def test_a_rule_whose_only_item_has_expired_is_never_due():
    gone = item().model_copy(update={"until": NOW})
    assert never_due(plan(rule("r"), playlists=(Playlist(id="p", items=(gone,)),)), NOW) == ("r",)


def test_a_table_in_use_is_asked_for_months_before_it_ends():
    tables = (
        DayList(id="holidays", days=(date(2026, 9, 2),), through=date(2026, 12, 31)),
        DayList(id="market", through=date(2030, 12, 31)),
        DayList(id="unused", through=date(2026, 12, 31)),
    )
    some = plan(rule("b", not_on=("holidays",)), rule("a", only_on=("holidays", "market")), days=tables)
    assert tables_ending(some, NOW) == (TableEnds("holidays", date(2026, 12, 31), ("a", "b")),)
    assert tables_ending(some, NOW, ahead=timedelta(days=30)) == ()


def test_languages_that_lack_are_named_with_their_playlists():
    both = Item(
        message="whole", version=1, digest="d" * 64, contents=(content(5, "vi"), content(5, "zh-Hans", mark="b"))
    )
    lists = (
        Playlist(id="p", items=(both, item(message="half")), includes=("q",)),
        Playlist(id="q", items=(item(message="half"),)),
        Playlist(id="unused", items=(item(message="other"),)),
    )
    some = plan(rule("r"), playlists=lists)
    assert missing_languages(some, ("vi", "zh-Hans")) == (MissingLanguage("half", ("p", "q"), ("zh-Hans",)),)
    assert missing_languages(some, ("vi",)) == ()
