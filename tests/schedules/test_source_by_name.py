"""A reason names the playlist as people named it."""

from schedules.model import Playlist
from schedules.review import why
from tests.support.facts import NOON, item, plan


def test_a_reason_calls_a_named_playlist_by_its_name_and_a_nameless_one_by_its_rule():
    named = plan(playlists=(Playlist(id="p1", name="Ban ngày", items=(item(),)),))
    assert "Ban ngày" in why(named, NOON).words("vi")
    assert "r1" in why(plan(), NOON).words("vi")
