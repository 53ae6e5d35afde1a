"""Random plans of a loudspeaker, and of boards with shares: what calls, waits, is cut and goes on."""

from __future__ import annotations

from datetime import datetime

from hypothesis import strategies as st

from schedules.claims import Share
from schedules.model import Item, Plan, Rule
from tests.support.schedule_plans import plans, rich_plans


@st.composite
def sounding_plans(draw: st.DrawFn, day: datetime) -> Plan:
    """A plan whose contents are sound, with every way to be late and to be cut."""
    base = draw(plans(day, step=5) | rich_plans(day))
    lists = tuple(
        one.model_copy(update={"items": tuple(_sound(draw, each) for each in one.items)}) for one in base.playlists
    )
    rules = tuple(_called(draw, one) for one in base.rules)
    return Plan.model_validate(base.model_copy(update={"playlists": lists, "rules": rules}).model_dump())


@st.composite
def shared_plans(draw: st.DrawFn, day: datetime) -> Plan:
    """A plan of a board, some of whose rules have a share."""
    base = draw(plans(day, step=5) | rich_plans(day))
    rules = tuple(_sharing(draw, one) if draw(st.booleans()) else one for one in base.rules)
    return Plan.model_validate(base.model_copy(update={"rules": rules}).model_dump())


def _sound(draw: st.DrawFn, item: Item) -> Item:
    facts = {
        "contents": tuple(each.model_copy(update={"kind": "audio"}) for each in item.contents),
        "interrupted": draw(st.sampled_from(["resume", "restart", "skip"])),
        "late": draw(st.sampled_from(["play", "shorten", "skip"])),
        "max_late": draw(st.none() | st.sampled_from([0.0, 300.0, 3_600.0])),
    }
    return item.model_copy(update=facts)


def _called(draw: st.DrawFn, rule: Rule) -> Rule:
    if rule.loop:
        return rule
    routing = draw(st.sampled_from(["partial", "non_partial", "stacked"]))
    waits = draw(st.none() | st.sampled_from([60.0, 1_800.0, 14_400.0])) if routing == "stacked" else None
    longest = draw(st.none() | st.sampled_from([30.0, 600.0]))
    return rule.model_copy(update={"routing": routing, "stack_for": waits, "longest": longest})


def _sharing(draw: st.DrawFn, rule: Rule) -> Rule:
    per = draw(st.sampled_from([30, 60, 120]))
    share = Share(seconds=draw(st.integers(1, per * 60)), per=per)
    return rule.model_copy(update={"share": share, "loop": False, "every": None, "minutes": ()})
